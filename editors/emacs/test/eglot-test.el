;;; eglot-test.el --- netpol-mode and the language server  -*- lexical-binding: t; -*-

;;; Code:

(require 'ert)
(require 'eglot)
(require 'netpol-mode)

(defun netpol-test-wait (wanted)
  "Wait until Flymake has something to tell, or has nothing, as WANTED says."
  (let ((tries 0))
    (while (and (not (eq wanted (and (flymake-diagnostics) t))) (< tries 600))
      (setq tries (1+ tries))
      (accept-process-output nil 0.1)
      (flymake-start))
    (should (eq wanted (and (flymake-diagnostics) t)))))

(ert-deftest netpol-the-server-tells-what-is-wrong ()
  (setq netpol-program (getenv "NETPOL"))
  (let ((folder (file-name-as-directory (getenv "NETPOL_PROJECT"))))
    ;; Eglot takes a repository for the project.
    (call-process "git" nil nil nil "-C" folder "init" "--quiet")
    (with-current-buffer (find-file-noselect (concat folder "tenants/boutique/online-boutique.netpol"))
      (should (eq major-mode 'netpol-mode))
      (apply #'eglot--connect (eglot--guess-contact))
      (should (eglot-current-server))
      (search-forward "\nloadgenerator")
      (delete-char (- (length "loadgenerator")))
      (insert "nobody")
      (eglot--signal-textDocument/didChange)
      (netpol-test-wait t)
      (should (string-match-p "nobody" (flymake-diagnostic-text (car (flymake-diagnostics)))))
      (search-backward "nobody")
      (delete-char (length "nobody"))
      (insert "loadgenerator")
      (eglot--signal-textDocument/didChange)
      (netpol-test-wait nil)
      (set-buffer-modified-p nil)
      (eglot-shutdown (eglot-current-server)))))

(provide 'eglot-test)
;;; eglot-test.el ends here
