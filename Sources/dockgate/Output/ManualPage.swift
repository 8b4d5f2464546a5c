import StrictJSON

/// A manual page in the macros of man(7), made of what the argument parser tells about a command.
struct ManualPage {
    /// Without the section: `dockgate-check`.
    let name: String
    let text: String

    /// The pages of a command and of all below it.
    ///
    /// - Parameter help: the parser's dump, version 0: `{"command": {…}, "serializationVersion": 0}`.
    static func all(of help: JSONValue) -> [ManualPage] {
        help["command"].map { pages(of: HelpedCommand($0, above: [])) } ?? []
    }

    private static func pages(of command: HelpedCommand) -> [ManualPage] {
        [ManualPage(command)] + command.subcommands.flatMap { pages(of: $0) }
    }

    private init(_ command: HelpedCommand) {
        name = command.words.joined(separator: "-")
        var lines = [
            ".TH \(name.uppercased().roff) 1 \"\" \"dockgate \(Version.number)\" \"Dockgate\"",
            ".SH NAME", "\(name.roff) \\- \(command.abstract.withoutFullStop.roff)",
            ".SH SYNOPSIS", command.synopsis,
        ]
        lines += Discussion(command.discussion).lines
        lines += command.optionSections
        if !command.subcommands.isEmpty {
            lines.append(".SH COMMANDS")
            for subcommand in command.subcommands {
                lines += [
                    ".TP", ".B \(subcommand.words.joined(separator: " ").roff)", subcommand.abstract.roff,
                ]
            }
        }
        lines += command.related
        text = lines.map { $0 + "\n" }.joined()
    }
}

/// A command as the parser's dump has it.
private struct HelpedCommand {
    /// `["dockgate", "check"]`
    let words: [String]
    private let json: JSONValue

    init(_ json: JSONValue, above: [String]) {
        self.json = json
        words = above + [json["commandName"]?.string ?? ""]
    }

    var abstract: String { json["abstract"]?.string ?? "" }
    var discussion: String { json["discussion"]?.string ?? "" }

    /// Without `help`, which the parser adds: every command has `--help`.
    var subcommands: [HelpedCommand] {
        let all = json["subcommands"].map { Array($0.elements) } ?? []
        return all.filter { $0["shouldDisplay"]?.boolean == true && $0["commandName"]?.isString("help") == false }
            .map { HelpedCommand($0, above: words) }
    }

    private var arguments: [HelpedArgument] {
        let all = json["arguments"].map { Array($0.elements) } ?? []
        return all.filter { $0["shouldDisplay"]?.boolean == true }.map(HelpedArgument.init)
    }

    var synopsis: String {
        let parts = ["\\fB\(words.joined(separator: " ").roff)\\fR"]
        guard subcommands.isEmpty else { return (parts + ["\\fIcommand\\fR"]).joined(separator: " ") }
        let required = arguments.filter { !$0.isPositional && !$0.isOptional }.map(\.heading)
        return (parts + ["[\\fIoptions\\fR]"] + required + arguments.filter(\.isPositional).map(\.heading))
            .joined(separator: " ")
    }

    /// A section for each group of options, in the order in which they come first.
    var optionSections: [String] {
        var titles: [String] = []
        for argument in arguments where !titles.contains(argument.section) { titles.append(argument.section) }
        return titles.flatMap { title in
            [".SH \(title.uppercased().roff)"]
                + arguments.filter { $0.section == title }.flatMap { [".TP", $0.heading, $0.explanation] }
        }
    }

    var related: [String] {
        let above = words.count > 1 ? [words.dropLast().joined(separator: "-")] : []
        let names = above + subcommands.map { $0.words.joined(separator: "-") }
        return [".SH SEE ALSO", names.map { "\\fB\($0.roff)\\fR(1)" }.joined(separator: ", ")]
    }
}

/// An argument, an option or a flag as the parser's dump has it.
private struct HelpedArgument {
    let json: JSONValue

    var isPositional: Bool { json["kind"]?.isString("positional") == true }
    var isOptional: Bool { json["isOptional"]?.boolean == true }
    var section: String { json["sectionTitle"]?.string ?? (isPositional ? "arguments" : "options") }

    /// `-o, --output format[=file]`
    var heading: String {
        let value = "\\fI\((json["valueName"]?.string ?? "").roff)\\fR"
        if isPositional { return (isOptional ? "[\(value)]" : value) + (isRepeating ? " ..." : "") }
        let names = json["names"].map { Array($0.elements) } ?? []
        let heading = names.map { name in
            let dashes = name["kind"]?.isString("long") == true ? "--" : "-"
            return "\\fB\((dashes + (name["name"]?.string ?? "")).roff)\\fR"
        }.joined(separator: ", ")
        return json["kind"]?.isString("option") == true ? heading + " " + value : heading
    }

    var explanation: String {
        let values = json["allValues"].map { $0.elements.compactMap(\.string) } ?? []
        var notes = values.isEmpty ? [] : ["values: " + values.joined(separator: ", ")]
        if let standard = json["defaultValue"]?.string { notes.append("default: " + standard) }
        let abstract = json["abstract"]?.string ?? ""
        return (notes.isEmpty ? abstract : "\(abstract) (\(notes.joined(separator: "; ")))").roff
    }

    private var isRepeating: Bool { json["isRepeating"]?.boolean == true }
}

/// The longer text of a command: lines in capitals are headings, indented ones stand as they are, others flow.
private struct Discussion {
    let lines: [String]

    init(_ text: String) {
        var lines: [String] = []
        var isLiteral = false
        var needsHeading = true
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            let wasLiteral = isLiteral
            isLiteral = line.hasPrefix("  ") || (isLiteral && line.isEmpty)
            if wasLiteral, !isLiteral { lines.append(".fi") }
            if !line.isEmpty, line == line.uppercased(), !line.hasPrefix(" ") {
                lines.append(".SH \(line.roff)")
                needsHeading = false
                continue
            }
            // Text after an indented block begins a part of its own.
            if !line.isEmpty, !isLiteral, needsHeading || wasLiteral {
                lines.append(".SH DESCRIPTION")
                needsHeading = false
            }
            if isLiteral, !wasLiteral { lines.append(".nf") }
            lines.append(line.isEmpty ? (isLiteral ? "" : ".PP") : line.roff)
        }
        if isLiteral { lines.append(".fi") }
        self.lines = lines
    }
}

extension String {
    fileprivate var withoutFullStop: String { hasSuffix(".") ? String(dropLast()) : self }

    /// Fit for a line of text: nothing in it is a request or an escape of roff's, and a hyphen can be copied as one.
    fileprivate var roff: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\\": text += "\\e"
            case "-": text += "\\-"
            case "'": text += "\\(aq"
            case "`": text += "\\(ga"
            case "\n": text += " "
            case _ where scalar.isASCII: text.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                text += "\\[u\(String(repeating: "0", count: max(0, 4 - digits.utf8.count)))\(digits)]"
            }
        }
        return hasPrefix(".") ? "\\&" + text : text
    }
}
