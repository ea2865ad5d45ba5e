// The language `netpol` for the highlighter of the book, highlight.js 10.
(function () {
  "use strict";

  const words = (text) => text.trim().split(/\s+/).join(" ");
  const NAME = /[a-z0-9][a-z0-9-]*/;

  function netpol(hljs) {
    return {
      name: "netpol",
      keywords: {
        $pattern: /[a-z][a-z-]*/,
        keyword: words(`
          edition use as namespace app in tenant owns cluster guardrail sealed baseline pattern test at
          workload selects account host-network tiers by group net domain port ports
          egress ingress to from expose deny allow except apply waive require on within mode
          can cannot external audit ingress-only egress-only enforce matching open closed undeclared
          notin prefix every rule cross-namespace label text`),
        built_in: words(`
          all any pods pod tenants other-tenants other-pods system internet outside nodes apiserver cluster-gateway
          namespaces services shared`),
        meta: words(`because ticket owner until reviewed log alert only http warning critical`),
      },
      contains: [
        hljs.COMMENT("#", "$"),
        hljs.QUOTE_STRING_MODE,
        { className: "number", begin: /\b\d{4}-\d{2}-\d{2}\b/ },
        { className: "number", begin: /\b\d{1,3}(\.\d{1,3}){3}(\/\d+)?\b/ },
        { className: "number", begin: /\b[0-9a-f]{1,4}(:[0-9a-f]{0,4}){2,7}(\/\d+)?/ },
        // The key of a label is no keyword, whatever it is called.
        { className: "attr", begin: /[A-Za-z0-9./-]+(?=!?==?[A-Za-z0-9"])/ },
        // A dot is DNS, a slash is a path.
        { className: "string", begin: /(\*\.)?[a-z0-9{][a-z0-9{}-]*(\.[a-z0-9{}-]+)*\.[a-z][a-z0-9-]*(?!\/)/ },
        { className: "number", begin: /\b(tcp|udp|sctp)\/(\d+(-\d+)?|\*)/ },
        { className: "title", begin: new RegExp("\\b" + NAME.source + "/(all|" + NAME.source + ")\\b") },
        { className: "number", begin: /(:|\b)\d+(-\d+)?\b(?!-)/ },
        { className: "operator", begin: /->/ },
        // A name with a hyphen is one word, so that no keyword is found inside it.
        { begin: /\b[a-z][a-z0-9]*(-[a-z0-9]+)+\b/, keywords: { $pattern: /[a-z][a-z0-9-]*/,
          keyword: "host-network ingress-only egress-only cross-namespace", built_in: "other-tenants other-pods cluster-gateway" } },
      ],
    };
  }

  // Words that carry the meaning of what is shown below a program.
  const MARKS = {
    "code.language-flows": [[/\b(allow|deny)$/gm, (found) => "netpol-" + found]],
    "code.report, code.language-console": [
      [/^(error|warning|note)(?=\[NP)/gm, (found) => "netpol-" + found],
      [/^\$ .*$/gm, () => "netpol-command"],
    ],
  };

  // Wraps every match in an element of its class. The text is taken as text, never as markup.
  function mark(element, expression, name) {
    const text = element.textContent;
    const pieces = [];
    let last = 0;
    for (const match of text.matchAll(expression)) {
      const span = document.createElement("span");
      span.className = name(match[0]);
      span.textContent = match[0];
      pieces.push(text.slice(last, match.index), span);
      last = match.index + match[0].length;
    }
    pieces.push(text.slice(last));
    return pieces;
  }

  for (const [selector, marks] of Object.entries(MARKS)) {
    document.querySelectorAll(selector).forEach((block) => {
      let pieces = [document.createTextNode(block.textContent)];
      for (const [expression, name] of marks) {
        pieces = pieces.flatMap((piece) => {
          const isText = typeof piece === "string" || piece.nodeType === Node.TEXT_NODE;
          if (!isText) return [piece];
          const holder = document.createElement("span");
          holder.append(piece);
          return mark(holder, expression, name);
        });
      }
      block.replaceChildren(...pieces);
    });
  }

  if (typeof hljs === "undefined") {
    return;
  }
  hljs.registerLanguage("netpol", netpol);
  document.querySelectorAll("code.language-netpol").forEach((block) => {
    const highlight = hljs.highlightElement || hljs.highlightBlock;
    highlight.call(hljs, block);
  });
})();
