;; For ~/.emacs.d/init.el. NETPOL_SOURCE is a checkout of netpol.
(let ((netpol (or (getenv "NETPOL_SOURCE") "~/src/netpol")))
  (add-to-list 'load-path (expand-file-name "editors/emacs" netpol)))
(require 'netpol-mode)
(when (fboundp 'eglot-ensure)
  (add-hook 'netpol-mode-hook #'eglot-ensure))
