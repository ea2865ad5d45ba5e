;;; netpol-mode.el --- Edit netpol, a language for Kubernetes network policy  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Highlighting, indentation, formatting with `netpol fmt', and the language server through Eglot or lsp-mode:
;;
;;   (add-to-list 'load-path "…/editors/emacs")
;;   (require 'netpol-mode)
;;   (add-hook 'netpol-mode-hook #'eglot-ensure)

;;; Code:

(defgroup netpol nil
  "Kubernetes network policy in netpol."
  :group 'languages)

(defcustom netpol-program "netpol"
  "The netpol program: a name on the path, or an absolute path."
  :type 'string)

(defcustom netpol-indent-offset 2
  "How far a block, a list and a clause stand in; `netpol fmt' writes 2."
  :type 'integer
  :safe #'integerp)

;;; Words

(defconst netpol--declarations
  '("app" "baseline" "cluster" "domain" "group" "guardrail" "mode" "namespace" "net" "pattern" "port" "sealed" "tenant"
    "test" "tiers" "workload")
  "Words that declare when a name follows them.")

(defconst netpol--rules
  '("allow" "apply" "can" "cannot" "deny" "edition" "egress" "except" "expose" "from" "ingress" "require" "to" "use"
    "waive")
  "Words that are never names.")

(defconst netpol--clauses
  '("alert" "because" "log" "only" "owner" "reviewed" "ticket" "until")
  "Words that start a clause.")

(defconst netpol--continuations
  '("account" "host-network" "in" "ports")
  "Words that go on a workload that is too long for one line.")

(defconst netpol--builtins
  '("all" "any" "apiserver" "cluster-gateway" "internet" "nodes" "other-pods" "other-tenants" "outside" "pods" "system"
    "tenants")
  "Ends of flows that every program has.")

(defconst netpol--between
  '("account" "as" "at" "audit" "by" "closed" "critical" "cross-namespace" "egress-only" "enforce" "every" "external"
    "host-network" "http" "in" "ingress-only" "label" "matching" "namespaces" "notin" "on" "open" "owns" "pod" "ports"
    "prefix" "rule" "selects" "services" "shared" "text" "undeclared" "warning" "within")
  "Words that mean something between others, and may be names elsewhere.")

(defconst netpol--name "\\(?:[A-Za-z_][A-Za-z0-9_]*\\(?:-+[A-Za-z0-9_]+\\)*\\|`[^`\n]+`\\)")

(defun netpol--matcher (words &optional between)
  "A function that finds the next of WORDS that is no part of a path or a domain.
With BETWEEN, the words are names where an arrow, a colon or a comma is next to
them, and where nothing follows."
  (let ((regexp (concat "\\_<" (regexp-opt words t) "\\_>")))
    (lambda (limit)
      (let (found)
        (while (and (not found) (re-search-forward regexp limit t))
          (setq found
                (save-match-data
                  (save-excursion
                    (and (not (looking-at-p "[/.`=]"))
                         (progn (goto-char (match-beginning 0)) (not (memq (char-before) '(?/ ?. ?` ?=))))
                         (or (not between) (netpol--between-p (match-end 0))))))))
        found))))

(defun netpol--between-p (end)
  "Whether the word from point to END stands where it means something."
  (and (progn (skip-chars-backward " \t") (not (memq (char-before) '(?> ?: ?, ?\[ nil))))
       (progn (goto-char end) (looking-at-p "[ \t]*\\(?:$\\|[[({\"/#]\\|[A-Za-z0-9`*]\\)"))))

(defconst netpol-font-lock-keywords
  `(;; What a rule needs, and which rules: all of it is words.
    ("\\(?:^\\|{\\)[ \t]*\\(require\\)\\_>" (1 font-lock-keyword-face)
     (,(netpol--matcher (append netpol--rules netpol--clauses '("internet" "enforce" "ports" "prefix" "within" "on" "cross-namespace"
                                                                "namespace" "every" "rule")))
      nil nil (1 font-lock-keyword-face)))
    ;; The key of a label is no keyword, whatever it is called.
    ("\\([A-Za-z0-9][A-Za-z0-9._/-]*\\)\\(?:!=\\|==?\\)\\([A-Za-z0-9][A-Za-z0-9._-]*\\)"
     (1 font-lock-variable-name-face) (2 font-lock-string-face))
    ;; Imports.
    ("^\\(use\\)[ \t]+\\([A-Za-z0-9_/-]+\\)\\(?:[ \t]+\\(as\\)[ \t]+\\([A-Za-z0-9_-]+\\)\\)?"
     (1 font-lock-keyword-face) (2 font-lock-constant-face) (3 font-lock-keyword-face nil t)
     (4 font-lock-constant-face nil t))
    ("\\(?:^\\|[{}]\\)[ \t]*\\(mode\\)[ \t]+\\(enforce\\|audit\\|ingress-only\\|egress-only\\|external\\)\\_>"
     (1 font-lock-keyword-face) (2 font-lock-keyword-face))
    ;; Declarations, and what they name.
    (,(concat "\\(?:^\\|[{}]\\)[ \t]*\\(sealed\\)[ \t]+guardrail\\_>") (1 font-lock-keyword-face))
    (,(concat "\\(?:^\\|[{}]\\|sealed\\)[ \t]*\\(" (regexp-opt (remove "sealed" netpol--declarations)) "\\)[ \t]+\\("
              netpol--name "\\)")
     (1 font-lock-keyword-face) (2 font-lock-type-face))
    ("\\(?:^\\|[{}]\\)[ \t]*\\(baseline\\|namespace\\|tiers\\|test\\)[ \t]*[[{\"]" (1 font-lock-keyword-face))
    ;; Who and what a clause names.
    ("\\_<\\(owner\\|ticket\\)[ \t]+\\([A-Za-z0-9@][A-Za-z0-9@/._-]*\\)"
     (1 font-lock-keyword-face) (2 font-lock-string-face))
    ("\\_<[0-9]\\{4\\}-[0-9]\\{2\\}-[0-9]\\{2\\}\\_>" . font-lock-constant-face)
    ;; Addresses, ports, domains.
    ("\\_<[0-9]\\{1,3\\}\\(?:\\.[0-9]\\{1,3\\}\\)\\{3\\}\\(?:/[0-9]+\\)?" . font-lock-constant-face)
    ("\\_<\\(?:tcp\\|udp\\|sctp\\)/\\(?:[0-9]+\\(?:-[0-9]+\\)?\\|\\*\\)" . font-lock-constant-face)
    ("\\(?:\\*\\.\\)?[A-Za-z0-9_{][A-Za-z0-9_{}-]*\\(?:\\.[A-Za-z0-9_{}-]+\\)*\\.[A-Za-z{][A-Za-z0-9{}-]*" . font-lock-string-face)
    ;; Paths, calls, parameters.
    (,(concat "\\(" netpol--name "\\)/\\(pod\\)[ \t]*(") (1 font-lock-constant-face) (2 font-lock-keyword-face))
    (,(concat "\\(" netpol--name "\\)/\\(" netpol--name "\\)")
     (1 font-lock-constant-face) (2 font-lock-variable-name-face))
    (,(concat "\\_<apply[ \t]+\\(" netpol--name "\\)\\(?:$\\|[ \t(]\\)") (1 font-lock-function-name-face))
    ("\\([A-Za-z_-]+\\):[ \t]*\\(workload\\|port\\|net\\|domain\\|label\\|namespace\\|text\\)\\_>"
     (1 font-lock-variable-name-face) (2 font-lock-type-face))
    ;; The attributes of a cluster, and what a rule may need.
    ("^[ \t]+\\(pods\\|services\\|nodes\\|apiserver\\|shared\\|cluster-gateway\\|system\\|undeclared\\)[ \t]+[[A-Za-z0-9]"
     (1 font-lock-variable-name-face))
    ;; Words.
    ("->" . font-lock-builtin-face)
    (,(netpol--matcher netpol--rules) (1 font-lock-keyword-face))
    (,(netpol--matcher netpol--clauses) (1 font-lock-keyword-face))
    (,(netpol--matcher netpol--builtins) (1 font-lock-builtin-face))
    (,(netpol--matcher '("tenant")) (1 font-lock-keyword-face))
    ("\\_<only[ \t]+\\(http\\)\\_>" (1 font-lock-keyword-face))
    (,(netpol--matcher (remove "http" netpol--between) t) (1 font-lock-keyword-face))
    ("^[ \t]+\\(in\\|ports\\|account\\|host-network\\)\\(?:$\\|[ \t]+[[A-Za-z`]\\)" (1 font-lock-keyword-face)))
  "What `netpol-mode' highlights. An earlier line wins.")

;;; Indentation

(defun netpol--code (back)
  "The line BACK lines with text before this one, without strings and comments."
  (save-excursion
    (beginning-of-line)
    (dotimes (_ back)
      (skip-chars-backward " \t\n")
      (beginning-of-line))
    (replace-regexp-in-string
     "#.*" "" (replace-regexp-in-string
               "\"[^\"]*\"" "\"\"" (buffer-substring-no-properties (point) (line-end-position))))))

(defun netpol--indentation-of (back)
  "The indentation of the line that `netpol--code' gives for BACK."
  (save-excursion
    (beginning-of-line)
    (dotimes (_ back)
      (skip-chars-backward " \t\n")
      (beginning-of-line))
    (current-indentation)))

(defun netpol--starts-clause-p (code)
  "Whether CODE starts with a clause."
  (and (string-match "\\`[ \t]*\\([a-z-]+\\)" code)
       (member (match-string 1 code) (append netpol--clauses netpol--continuations))
       t))

(defun netpol--left-open (code)
  "How many lists CODE leaves open; below zero where it closes what others opened."
  (let ((open 0))
    (mapc (lambda (sign)
            (cond ((memq sign '(?\[ ?\()) (setq open (1+ open)))
                  ((memq sign '(?\] ?\))) (setq open (1- open)))))
          code)
    open))

(defun netpol--indentation ()
  "The column where the text of this line belongs; nil to leave it where it is."
  (let ((last (netpol--code 1)) (this (netpol--code 0)) (back 1))
    (cond
     ((save-excursion (beginning-of-line) (skip-chars-backward " \t\n") (bobp)) 0)
     ((and (> (netpol--left-open last) 0) (not (string-match-p "[[(][ \t]*\\'" last))) nil)
     (t
      ;; The line that opened what the last one closes.
      (unless (string-match-p "\\`[ \t]*[])]" last)
        (let ((depth (netpol--left-open last)))
          (while (and (< depth 0) (< back 1000))
            (setq back (1+ back)
                  depth (+ depth (netpol--left-open (netpol--code back)))))))
      (let ((indent (netpol--indentation-of back)))
        ;; After clauses, a statement stands where the one does that they belong to.
        (when (and (netpol--starts-clause-p last) (not (netpol--starts-clause-p this))
                   (not (string-match-p "[[(][ \t]*\\'" last)))
          (setq indent (- indent netpol-indent-offset)))
        (cond ((string-match-p "[[{(][ \t]*\\'" last)
               (setq indent (+ indent netpol-indent-offset)))
              ((and (netpol--starts-clause-p this) (not (netpol--starts-clause-p last)))
               (setq indent (+ indent netpol-indent-offset))))
        (when (string-match-p "\\`[ \t]*[]})]" this)
          (setq indent (- indent netpol-indent-offset)))
        (max indent 0))))))

(defun netpol-indent-line ()
  "Indent this line as `netpol fmt' would."
  (interactive)
  (let ((column (netpol--indentation)))
    (when column
      (if (<= (current-column) (current-indentation))
          (indent-line-to column)
        (save-excursion (indent-line-to column))))))

;;; Formatting

(defun netpol-format-buffer ()
  "Lay out this buffer with `netpol fmt'; a text with a mistake is left alone."
  (interactive)
  (let ((source (current-buffer)) (target (generate-new-buffer " *netpol fmt*")))
    (unwind-protect
        (if (zerop (call-process-region (point-min) (point-max) netpol-program nil (list target nil) nil "fmt" "-"))
            (replace-buffer-contents target)
          (message "%s has a mistake: left alone" (buffer-name source)))
      (kill-buffer target))))

;;; The mode

(defvar netpol-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?- "_" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?/ "." table)
    (modify-syntax-entry ?* "." table)
    (modify-syntax-entry ?> "." table)
    (modify-syntax-entry ?= "." table)
    table)
  "Syntax of netpol: a name holds hyphens.")

;;;###autoload
(define-derived-mode netpol-mode prog-mode "netpol"
  "Edit netpol, a language for Kubernetes network policy."
  (setq-local comment-start "# ")
  (setq-local comment-start-skip "#+[ \t]*")
  (setq-local indent-tabs-mode nil)
  (setq-local tab-width 2)
  (setq-local fill-column 100)
  (setq-local indent-line-function #'netpol-indent-line)
  (setq-local font-lock-defaults '(netpol-font-lock-keywords)))

;;; The language server

(defvar eglot-server-programs)
(defvar lsp-language-id-configuration)
(declare-function lsp-register-client "ext:lsp-mode")
(declare-function make-lsp-client "ext:lsp-mode")
(declare-function lsp-stdio-connection "ext:lsp-mode")
(declare-function lsp-activate-on "ext:lsp-mode")

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.netpol\\'" . netpol-mode))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               (cons 'netpol-mode (lambda (&rest _) (list netpol-program "lsp")))))

(with-eval-after-load 'lsp-mode
  (add-to-list 'lsp-language-id-configuration '(netpol-mode . "netpol"))
  (lsp-register-client
   (make-lsp-client :new-connection (lsp-stdio-connection (lambda () (list netpol-program "lsp")))
                    :activation-fn (lsp-activate-on "netpol")
                    :server-id 'netpol)))

(provide 'netpol-mode)
;;; netpol-mode.el ends here
