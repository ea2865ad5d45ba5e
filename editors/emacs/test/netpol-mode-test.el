;;; netpol-mode-test.el --- What netpol-mode makes of the examples  -*- lexical-binding: t; -*-

;;; Code:

(require 'ert)
(require 'netpol-mode)

(defconst netpol-test-root
  (expand-file-name "../../.." (file-name-directory (or load-file-name buffer-file-name))))

(defmacro netpol-test-with (text &rest body)
  "Evaluate BODY in a buffer in `netpol-mode' that holds TEXT."
  (declare (indent 1))
  `(with-temp-buffer
     (insert ,text)
     (netpol-mode)
     (font-lock-ensure)
     (goto-char (point-min))
     ,@body))

(defun netpol-test-face (text)
  "The face of the first TEXT after point, and point after it."
  (search-forward text)
  (get-text-property (match-beginning 0) 'face))

(ert-deftest netpol-a-file-opens-in-the-mode ()
  (should (eq (cdr (assoc "\\.netpol\\'" auto-mode-alist)) 'netpol-mode)))

(ert-deftest netpol-words-have-faces ()
  (netpol-test-with "use std/k8s\nnamespace shop owner team-shop\nworkload web selects app=web in blue\negress https to [internet, api.example.com, 10.0.0.1] from data/orders because \"x to y\" # from\n"
    (dolist (wanted '(("use" . font-lock-keyword-face) ("std" . font-lock-constant-face)
                      ("namespace" . font-lock-keyword-face) ("shop" . font-lock-type-face)
                      ("owner" . font-lock-keyword-face) ("team-shop" . font-lock-string-face)
                      ("workload" . font-lock-keyword-face) ("web" . font-lock-type-face)
                      ("selects" . font-lock-keyword-face) ("app" . font-lock-variable-name-face)
                      ("web" . font-lock-string-face) ("in" . font-lock-keyword-face)
                      ("egress" . font-lock-keyword-face) ("https") ("to" . font-lock-keyword-face)
                      ("internet" . font-lock-builtin-face) ("api.example" . font-lock-string-face)
                      ("10.0.0.1" . font-lock-constant-face) ("from" . font-lock-keyword-face)
                      ("data" . font-lock-constant-face) ("orders" . font-lock-variable-name-face)
                      ("because" . font-lock-keyword-face) ("to" . font-lock-string-face)
                      ("from" . font-lock-comment-face)))
      (should (equal (list (car wanted) (netpol-test-face (car wanted))) (list (car wanted) (cdr wanted)))))))

(ert-deftest netpol-words-that-declare-may-be-names ()
  (netpol-test-with "port -> net:group\nto-db -> any-port:80\napp -> test:80\n"
    (dolist (name '("port" "net" "group" "to-db" "any-port" "app" "test"))
      (should (equal (list name (netpol-test-face name)) (list name nil))))))

(ert-deftest netpol-lines-are-indented-as-the-formatter-does ()
  (let ((lines 0))
    (dolist (folder '("examples" "stdlib"))
      (dolist (file (directory-files-recursively (expand-file-name folder netpol-test-root) "\\.netpol\\'"))
        (netpol-test-with (with-temp-buffer (insert-file-contents file) (buffer-string))
          (let ((before (buffer-string)))
            (let ((inhibit-message t)) (indent-region (point-min) (point-max)))
            (should (equal (cons file (buffer-string)) (cons file before)))
            (setq lines (+ lines (count-lines (point-min) (point-max))))))))
    (message "%d lines indented" lines)
    (should (> lines 1000))))

(ert-deftest netpol-comments-and-words ()
  (netpol-test-with "web-front -> api:80"
    (should (equal (thing-at-point 'symbol t) "web-front"))
    (comment-region (point-min) (point-max))
    (should (equal (buffer-string) "# web-front -> api:80"))))

(provide 'netpol-mode-test)
;;; netpol-mode-test.el ends here
