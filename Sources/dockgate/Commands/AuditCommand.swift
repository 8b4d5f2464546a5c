import ArgumentParser
import Audit
import Cryptography
import StrictJSON

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Read and verify the audit log.",
        discussion: """
            EXAMPLES
              dockgate audit list --directory /var/lib/dockgate/audit --denied
              dockgate audit verify --directory /var/lib/dockgate/audit
            """,
        subcommands: [AuditListCommand.self, AuditShowCommand.self, AuditVerifyCommand.self])
}

/// The log that a command is about.
struct AuditDirectoryOptions: ParsableArguments {
    @Option(help: "The audit log's directory.", completion: .directory)
    var directory: String
}

struct AuditListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List records, the newest first.",
        discussion: """
            EXAMPLES
              dockgate audit list --directory /var/lib/dockgate/audit --denied --limit 10
              dockgate audit list --directory /var/lib/dockgate/audit -o json
            """)

    @OptionGroup var log: AuditDirectoryOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "How many records at the most, 1 to 100000.")
    var limit = 50

    @Flag(help: "Only records of requests that were refused, or would have been if the gate did not only observe.")
    var denied = false

    func validate() throws {
        guard (1...100_000).contains(limit) else {
            throw ValidationError("--limit \(limit) is not between 1 and 100000")
        }
    }

    func run() throws {
        try AuditReading.run {
            var cursor = try AuditReader(directory: log.directory).records(.newestFirst)
            var count = 0
            while count < limit, let record = try cursor.next() {
                if denied, !RecordRow.isDenied(record.json) { continue }
                switch output.format {
                case .table: try StandardOutput.write(RecordRow(record).text + "\n")
                case .json: try StandardOutput.write(json: String(decoding: record.bytes, as: UTF8.self))
                }
                count += 1
            }
        }
    }
}

struct AuditShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one record, by its id or its number.",
        discussion: """
            EXAMPLES
              dockgate audit show 01JZ3N7Q4T8V2W6X0Y4Z8A2B6C --directory audit
              dockgate audit show 42 --directory audit -o json
            """)

    @Argument(help: "The record's id, as answers name it, or its sequence number.")
    var record: String

    @OptionGroup var log: AuditDirectoryOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try AuditReading.run {
            let reader = AuditReader(directory: log.directory)
            // A ULID may be all digits, but it has 26 of them.
            let sequence = record.utf8.count < 20 ? Int(record) : nil
            let found = try sequence.map { try reader.record(sequence: $0) } ?? reader.record(id: record)
            guard let found else {
                throw UsageError("there is no record `\(record.printable)` in `\(log.directory.printable)`")
            }
            switch output.format {
            case .table: try StandardOutput.write(RecordStory(found).text)
            case .json: try StandardOutput.write(json: String(decoding: found.bytes, as: UTF8.self))
            }
        }
    }
}

struct AuditVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify the whole log: every record, the chain through them, and the evidence.",
        discussion: """
            EXAMPLES
              dockgate audit verify --directory /var/lib/dockgate/audit
              dockgate audit verify --directory audit --head SEQUENCE:BASE64

            Ends with 0 if verified, 1 if anything was tampered with, 3 if not everything could be read. --head takes the \
            `log-head` that an answer carried, and finds out whether records were cut off since.
            """)

    @OptionGroup var log: AuditDirectoryOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "A log head that was kept elsewhere: SEQUENCE:BASE64.")
    var head: String?

    @Flag(name: .customLong("no-evidence"), help: "Do not check the evidence files.")
    var skipsEvidence = false

    func run() throws {
        let report = AuditVerification.verify(
            directory: log.directory, expectedHead: try expectedHead(), checkingEvidence: !skipsEvidence)
        switch output.format {
        case .table: try StandardOutput.write(report.text)
        case .json: try StandardOutput.write(json: report.json)
        }
        switch report.verdict {
        case .verified: return
        case .tampered: throw Outcome.denied
        case .unreadable: throw Outcome.undetermined
        }
    }

    private func expectedHead() throws -> AuditPosition? {
        guard let head else { return nil }
        let parts = head.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let sequence = Int(parts[0]), sequence >= 0,
            let leafHash = Base64.decode(Array(parts[1].utf8)), leafHash.count == 32
        else {
            throw UsageError(
                "`--head \(head.printable)` is not a log head; expected SEQUENCE:BASE64, as `log-head` has it")
        }
        return AuditPosition(sequence: sequence, leafHash: leafHash)
    }
}

private enum AuditReading {
    /// What cannot be read is not a mistake in the arguments, and not a verdict.
    static func run(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as AuditError {
            StandardError.write("error: \(error.description.printable)")
            throw Outcome.undetermined
        }
    }
}
