// The grammar of `.netpol` files for tree-sitter.
//
// It follows `compiler/syntax/src/netpol.pest`, where most words are keywords only where they stand: `port -> net:group` is a flow
// between two workloads. `src/scanner.c` decides where a statement ends. Like the compiler's own, it reads some texts that the
// compiler then refuses with a message of its own: `8080/tcp`, `*` as an end, `egress to internet`.

/* global alias, choice, field, grammar, optional, repeat, repeat1, seq, token */

// Words that start a declaration and may be names all the same.
const DECLARATIONS = [
  "app", "baseline", "cluster", "domain", "group", "guardrail", "mode", "namespace", "net", "pattern", "port", "sealed", "test",
  "tiers", "workload",
];

// One or more, with commas; a comma may stand last.
const commas = (rule) => seq(rule, repeat(seq(",", rule)), optional(","));
// One, or several in brackets.
const oneOrList = (rule) => choice(rule, seq("[", commas(rule), "]"));
const parens = (rule) => seq("(", rule, ")");

module.exports = grammar({
  name: "netpol",
  word: ($) => $._word,
  extras: ($) => [/\s/, $.comment],

  // `_more_net` and `_more_workload` are never given: they tell the scanner what may go on with the next line. `_no_value` stands
  // where a label has none, so that `selects empty=` does not take its value from the next line.
  externals: ($) => [$._end, $._more_net, $._more_workload, $._no_value, $._recovering],

  supertypes: ($) => [$.statement, $.clause],

  // `workload x selects app in (a, b)` and `workload x selects app in blue` part after `in`.
  conflicts: ($) => [[$.requirement]],

  rules: {
    source_file: ($) =>
      seq(optional($.edition), repeat($.use), optional($.namespace_header), repeat($.statement)),

    comment: () => token(/#[^\r\n]*/),

    // ---- files ------------------------------------------------------------
    edition: ($) => seq("edition", field("year", $.integer), $._end),
    use: ($) => seq("use", field("module", $.module_path), optional(seq("as", field("alias", $.name))), $._end),
    namespace_header: ($) => seq($._namespace_head, repeat($.clause), $._end),

    block: ($) => seq("{", repeat($.statement), "}"),

    statement: ($) =>
      choice(
        $.cluster, $.tenant, $.namespace, $.app, $.guardrail, $.baseline, $.pattern, $.test,
        $.mode, $.workload, $.tiers, $.group, $.net, $.domain, $.port,
        $.apply, $.waive, $.require, $.expose, $.deny, $.allow, $.except, $.can, $.cannot,
        $.egress, $.ingress, $.arrow,
      ),

    // ---- structure --------------------------------------------------------
    cluster: ($) => seq("cluster", field("name", $.name), repeat($.clause), $.cluster_block),
    cluster_block: ($) => seq("{", repeat($.attribute), "}"),
    attribute: ($) =>
      seq(
        choice(
          seq(choice("pods", "services", "nodes", "apiserver", "shared", "cluster-gateway"), $._ends),
          seq("system", $._names),
          seq("undeclared", choice("open", "closed")),
        ),
        $._end,
      ),
    tenant: ($) =>
      seq("tenant", field("name", $.name), "owns", choice($.namespaces, $._names), repeat($.clause), $._end),

    namespace: ($) => seq($._namespace_head, repeat($.clause), $.block),
    _namespace_head: ($) =>
      seq("namespace", field("name", $._names), optional($.matching), optional($.on), optional($._mode)),
    matching: ($) => seq("matching", parens($.selector)),
    on: ($) => seq("on", $._names),
    mode: ($) => seq("mode", choice("enforce", $._mode), optional($.on), repeat($.clause), $._end),
    _mode: () => choice("audit", "ingress-only", "egress-only", "external"),

    app: ($) =>
      seq("app", field("name", $.name), optional(seq("in", field("namespace", $._label))), repeat($.clause), $.block),
    guardrail: ($) =>
      seq(optional("sealed"), "guardrail", field("name", $.name), optional("audit"), repeat($.clause), $.block),
    baseline: ($) => seq("baseline", repeat($.clause), $.block),
    pattern: ($) => seq("pattern", field("name", $.name), optional($.parameters), repeat($.clause), $.block),
    parameters: ($) => parens(optional(commas($.parameter))),
    parameter: ($) =>
      seq(field("name", $.name), ":", field("type", $.type), optional(seq("=", field("default", $._value)))),
    type: () => choice("workload", "port", "net", "domain", "label", "namespace", "text"),
    test: ($) =>
      seq("test", field("name", $.string), optional(seq("at", field("date", $.date))), repeat($.clause), $.block),

    // ---- nouns ------------------------------------------------------------
    workload: ($) =>
      seq(
        "workload", field("name", $.name), optional($.on),
        optional(seq("selects", $.selector)),
        repeat(seq(optional($._more_workload), choice($.within, $.own_ports, $.accounts, "host-network"))),
        repeat($.clause), $._end,
      ),
    within: ($) => seq("in", choice($.namespaces, $._names)),
    own_ports: ($) => seq("ports", oneOrList($.own_port)),
    own_port: ($) => seq(field("name", $.name), "=", $._services),
    accounts: ($) => seq("account", $._names),

    tiers: ($) => seq("tiers", field("name", $._names), "by", $.label_key, repeat($.clause), $._end),
    group: ($) => seq("group", field("name", $.name), optional($.on), "=", $._ends, repeat($.clause), $._end),
    net: ($) =>
      seq(
        "net", field("name", $.name), optional($.on), "=", $._ends,
        optional(seq(optional($._more_net), "except", field("except", $._ends))),
        repeat($.clause), $._end,
      ),
    domain: ($) =>
      seq(
        "domain", field("name", $.name), optional($.parameters), optional($.on), "=", $._ends,
        repeat($.clause), $._end,
      ),
    port: ($) => seq("port", field("name", $.name), optional($.on), "=", $._services, repeat($.clause), $._end),

    // ---- labels -----------------------------------------------------------
    selector: ($) => seq($.requirement, repeat(seq(",", $.requirement))),
    requirement: ($) =>
      choice(
        seq("!", $.label_key),
        seq(
          $.label_key,
          optional(
            choice(
              seq(choice("in", "notin"), parens(commas($._label_value))),
              seq(choice("=", "==", "!="), choice($._label_value, $._no_value)),
            ),
          ),
        ),
      ),
    _label_value: ($) => choice($.label_value, $.string),
    label_key: () => token(/(-*[A-Za-z0-9_.])+(\/(-*[A-Za-z0-9_.])+)?/),
    label_value: () => token(prec(1, /(-*[A-Za-z0-9_.])+/)),

    // ---- rules ------------------------------------------------------------
    deny: ($) => seq("deny", $._flow, repeat($.clause), $._end),
    allow: ($) => seq("allow", $._flow, repeat($.clause), $._end),
    except: ($) => seq("except", $._flow, repeat($.clause), $._end),
    can: ($) => seq("can", $._flow, repeat($.clause), $._end),
    cannot: ($) => seq("cannot", $._flow, repeat($.clause), $._end),
    expose: ($) =>
      seq(
        "expose", field("exposed", $._ends), optional(seq(":", $._services)), "to", field("to", $._ends),
        repeat($.clause), $._end,
      ),
    apply: ($) => seq("apply", choice($.call, $._reference), repeat($.clause), $._end),
    waive: ($) => seq("waive", $._reference, repeat($.clause), $._end),
    require: ($) =>
      seq(
        "require", $.obligation, "on", $.rule_class, optional(seq("in", choice($.tenant_reference, $._names))),
        repeat($.clause), $._end,
      ),
    obligation: ($) =>
      choice(
        "because", "ticket", "owner", "enforce", "ports",
        seq(choice("until", "reviewed"), optional(seq("within", $.duration))),
        seq("prefix", "/", $.integer),
      ),
    rule_class: () =>
      choice(
        seq("egress", optional("internet")),
        "ingress", "expose", "cross-namespace", "except", "namespace",
        seq("every", "rule"),
      ),

    // A flow that stands alone, and one that a word before it is about.
    egress: ($) => seq($._egress, repeat($.clause), $._end),
    ingress: ($) => seq($._ingress, repeat($.clause), $._end),
    arrow: ($) => seq($._arrow, repeat($.clause), $._end),
    _flow: ($) => choice(alias($._egress, $.flow), alias($._ingress, $.flow), alias($._flow_arrow, $.flow)),
    _egress: ($) =>
      seq(
        "egress", optional($._services), "to", field("to", $._ends), optional(seq("from", field("from", $._ends))),
      ),
    _ingress: ($) =>
      seq(
        "ingress", optional($._services), "from", field("from", $._ends), optional(seq("to", field("to", $._ends))),
      ),
    // At the start of a statement the first word may be one that declares.
    _arrow: ($) => seq(field("from", $._first_ends), "->", field("to", $._ends), optional(seq(":", $._services))),
    _flow_arrow: ($) => seq(field("from", $._ends), "->", field("to", $._ends), optional(seq(":", $._services))),

    // ---- ends -------------------------------------------------------------
    _first_ends: ($) =>
      choice(
        $._end_of_flow,
        alias(choice(...DECLARATIONS), $.name),
        alias($._first_path, $.path),
        $.list,
      ),
    _first_path: ($) =>
      seq(field("prefix", alias(choice(...DECLARATIONS), $.name)), token.immediate("/"), field("name", $._part)),
    _ends: ($) => choice($._end_of_flow, $.list),
    list: ($) => seq("[", commas($._end_of_flow), "]"),
    _end_of_flow: ($) => choice($._end_but_name, alias("namespaces", $.name)),
    _end_but_name: ($) =>
      choice(
        $.builtin, $.name, $.path, $.tenant_reference, $.address, $.domain_name, $.namespaces, $.pod, $.call, $.star,
      ),
    star: () => "*",
    builtin: () =>
      choice(
        "all", "any", "apiserver", "cluster-gateway", "internet", "nodes", "other-pods", "other-tenants", "outside",
        "pods", "system", "tenants",
      ),
    tenant_reference: ($) => seq("tenant", field("name", $.name)),
    namespaces: ($) => seq("namespaces", parens($.selector)),
    pod: ($) =>
      seq(
        choice("pod", seq(field("namespace", $._label), token.immediate("/"), token.immediate("pod"))),
        parens($.selector),
      ),
    call: ($) => seq(field("pattern", $._reference), $.arguments),
    arguments: ($) => parens(optional(commas($.argument))),
    argument: ($) => seq(optional(seq(field("name", $.name), ":")), $._value),
    _value: ($) =>
      choice(
        $.value_list, $.string, $._end_of_flow, $.port_number, $.protocol_port,
        alias($._digit_label, $.name),
      ),
    value_list: ($) => seq("[", commas($._value), "]"),

    // ---- ports ------------------------------------------------------------
    _services: ($) => choice($._service, $.service_list),
    service_list: ($) => seq("[", commas($._service), "]"),
    _service: ($) => choice("any", $.port_number, $.protocol_port, $.name, $.path, $.string),
    port_number: () => token(/[0-9]+(-[0-9]+)?/),
    protocol_port: () => token(choice(/(tcp|udp|sctp)\/([0-9]+(-[0-9]+)?|\*)/, /[0-9]+\/(tcp|udp|sctp)/)),

    // ---- clauses ----------------------------------------------------------
    clause: ($) =>
      choice($.because, $.ticket, $.owner, $.until, $.reviewed, $.log, $.alert, $.only),
    because: ($) => seq("because", choice($.string, $.name)),
    ticket: ($) => seq("ticket", choice($.string, $.handle)),
    owner: ($) => seq("owner", $.handle),
    until: ($) => seq("until", $.date),
    reviewed: ($) => seq("reviewed", $.date),
    log: () => "log",
    alert: () => seq("alert", choice("warning", "critical")),
    only: ($) => seq("only", "http", oneOrList($.request)),
    request: ($) => seq($.method, $.string),
    method: () => token(choice(/[A-Z]+/, "*")),

    // ---- words ------------------------------------------------------------
    _reference: ($) => choice($.name, $.path),
    path: ($) => seq(field("prefix", $._label), token.immediate("/"), field("name", $._part)),
    _part: ($) => alias(choice($._part_word, $._part_quoted), $.name),
    _part_word: () => token.immediate(/[A-Za-z0-9_]+(-+[A-Za-z0-9_]+)*/),
    _part_quoted: () => token.immediate(/`[^`\r\n]+`/),

    name: ($) => choice($._word, $._quoted),
    _names: ($) => choice($._label, alias($._label_list, $.names)),
    _label_list: ($) => seq("[", commas($._label), "]"),
    _label: ($) => choice($.name, alias($._digit_label, $.name)),
    _word: () => token(/[A-Za-z_][A-Za-z0-9_]*(-+[A-Za-z0-9_]+)*/),
    _digit_label: () => token(/[0-9][A-Za-z0-9_]*(-+[A-Za-z0-9_]+)*/),
    _quoted: () => token(/`[^`\r\n]+`/),

    module_path: () => token(/[A-Za-z0-9_]+(-+[A-Za-z0-9_]+)*(\/[A-Za-z0-9_]+(-+[A-Za-z0-9_]+)*)*/),
    handle: () => token(/[A-Za-z0-9@][A-Za-z0-9@\/._-]*/),
    date: () => token(/[0-9]{4}-[0-9]{2}-[0-9]{2}/),
    duration: () => token(/[0-9]+[dh]/),
    integer: () => token(/[0-9]+/),

    address: () =>
      token(
        seq(
          choice(
            /[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}/,
            /[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){2,7}(\.[0-9]{1,3}){0,3}/,
          ),
          optional(/\/[0-9]{1,3}/),
        ),
      ),
    // The last label has a letter, or stands for one: `10.1.2` is no domain.
    domain_name: () => {
      const hole = /\{[A-Za-z0-9_-]+\}/;
      const piece = choice(/-*[A-Za-z0-9_*]/, hole);
      return token(
        seq(repeat1(seq(repeat1(piece), ".")), /([0-9_]|-+[0-9_])*/, choice(/-*[A-Za-z*]/, hole), repeat(piece)),
      );
    },

    string: ($) => seq('"', repeat(choice($._text, $.escape)), token.immediate('"')),
    _text: () => token.immediate(prec(1, /[^"\\\r\n]+/)),
    escape: () => token.immediate(/\\[^\r\n]/),
  },
});
