import ArgumentParser
import StrictJSON
import Trust

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say what a reason means, and what to do about it.",
        discussion: """
            EXAMPLES
              dockgate explain signature-missing
              dockgate explain

            A refusal names its reason in brackets, as [signature-missing]; records and audit annotations name it too. \
            Without a reason all of them are listed.
            """)

    @Argument(
        help: "A reason, such as signature-missing.", completion: .list(ReasonCode.allCases.map(\.rawValue)))
    var reason: String?

    @OptionGroup var output: OutputOptions

    @Flag(help: ArgumentHelp("Print docs/TROUBLESHOOTING.md.", visibility: .hidden))
    var markdown = false

    func run() throws {
        if markdown { return try StandardOutput.write(TroubleshootingPage.text) }
        let reasons = try reason.map { [try known($0)] } ?? ReasonCode.allCases
        switch output.format {
        case .table: try StandardOutput.write(reason == nil ? list(reasons) : reasons.map(story).joined())
        case .json: try StandardOutput.write(json: json(reasons))
        }
    }

    /// Copied out of an answer, it may still have its brackets.
    private func known(_ text: String) throws(UsageError) -> ReasonCode {
        var word = text[...]
        if word.first == "[", word.last == "]" { word = word.dropFirst().dropLast() }
        if let code = ReasonCode.allCases.first(where: { $0.rawValue.utf8.elementsEqual(word.utf8) }) { return code }
        let hint =
            ReasonCode.allCases.map(\.rawValue).nearest(to: String(word)).map { "did you mean `\($0)`?" }
            ?? "`dockgate explain` lists those there are"
        throw UsageError("there is no reason `\(String(word).printable)`, \(hint)")
    }

    private func list(_ reasons: [ReasonCode]) -> String {
        let width = reasons.map(\.rawValue.utf8.count).max() ?? 0
        return reasons.map { "\($0.rawValue.padding(to: width + 2))\($0.cause)\n" }.joined()
    }

    private func story(_ reason: ReasonCode) -> String {
        "\(reason.rawValue)\n  cause  \(reason.cause)\n  cure   \(reason.cure)\n"
    }

    private func json(_ reasons: [ReasonCode]) -> String {
        var writer = JSONWriter(reservingCapacity: 4_096)
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        writer.key("reasons")
        writer.beginArray()
        for reason in reasons {
            writer.beginObject()
            writer.member("reason", reason.rawValue)
            writer.member("cause", reason.cause)
            writer.member("cure", reason.cure)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
