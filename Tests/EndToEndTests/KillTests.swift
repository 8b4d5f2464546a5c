import Foundation
import StrictJSON
import Testing

extension EndToEnd {
    @Suite("kill -9 under load")
    struct KillTests {
        /// `make test-crash` asks for 300.
        private static let rounds =
            ProcessInfo.processInfo.environment["DOCKGATE_CRASH_ROUNDS"].flatMap { Int($0) } ?? 20
        private static let clients = 6

        @Test("L03: whatever was answered is in the log, which verifies, and the next start goes on from there")
        func kill() throws {
            let stage = try Stage.current()
            let files = try GateFiles(registry: stage.registry, releaseKey: stage.releaseKey)
            var heads: [String] = []
            var records = 0
            for round in 1...KillTests.rounds {
                let gate = try GateProcess(files, registry: stage.registry)
                let answers = try KillTests.answersUntilKilled(gate, stage)
                #expect(!answers.isEmpty, "round \(round) killed too early to show anything")
                let last = answers.compactMap(\.head).max { KillTests.sequence($0) < KillTests.sequence($1) }
                heads.append(try #require(last))
                let verified = try KillTests.verify(files, head: try #require(last))
                #expect(verified.result == "verified", "round \(round)")
                let recorded = try KillTests.newest(verified.records - records, in: files)
                let lost = Set(answers.compactMap(\.decision)).subtracting(recorded)
                #expect(lost.isEmpty, "round \(round) lost \(lost.count) of \(answers.count) answered decisions")
                records = verified.records
            }
            let gate = try GateProcess(files, registry: stage.registry)
            let answer = try gate.ask(.pod(stage.signed))
            #expect(answer.isAllowed)
            #expect(gate.end() == 0)
            // Nothing that was once there was touched by what came later.
            for head in [heads[0], heads[heads.count / 2], try #require(answer.head)] {
                #expect(try KillTests.verify(files, head: head).result == "verified")
            }
        }

        private static func verify(_ files: GateFiles, head: String) throws -> (result: String?, records: Int) {
            let command = try Command.run(
                Program.path, ["audit", "verify", "--directory", files.audit, "--head", head, "-o", "json"],
                seconds: 120)
            let report = try JSONDocument(parsing: Array(command.output.utf8)).root
            #expect(report["result"]?.string == "verified", "\(command.output)")
            return (report["result"]?.string, try #require(report["records"]?.integer))
        }

        /// Several clients ask without a pause, allowed and refused, until the gate is killed in the midst of it.
        private static func answersUntilKilled(_ gate: GateProcess, _ stage: Stage) throws -> [AdmissionAnswer] {
            let scratch = try Scratch()
            let bodies = try [
                AdmissionReview.pod(stage.signed), .pod(stage.unsigned), .deployment(stage.signed, stage.signed),
            ]
            .enumerated().map { try scratch.write($1.json, to: "review-\($0)") }
            let callers = try (0..<clients).map { client in
                try RunningCommand(
                    "curl",
                    gate.curl + [
                        "--fail-early", "-H", "Content-Type: application/json",
                        "--data-binary", "@" + bodies[client % bodies.count],
                        "-o", "\(scratch.path)/answer-\(client)-#1", gate.origin + "/validate?timeout=5s&n=[1-100000]",
                    ], scratch: scratch, name: "client-\(client)")
            }
            defer { for caller in callers where caller.isRunning { caller.kill() } }
            func files() throws -> [String] {
                try FileManager.default.contentsOfDirectory(atPath: scratch.path).filter { $0.hasPrefix("answer-") }
            }
            #expect(try eventually { try files().count > clients })
            usleep(.random(in: 0...200_000))
            gate.kill()
            for caller in callers { #expect(caller.hasEnded(within: 10)) }
            // What was cut off on its way was not answered.
            return try files().compactMap { try? AdmissionAnswer(Scratch.bytes(scratch.path + "/" + $0)) }
        }

        /// The names of the newest records.
        private static func newest(_ count: Int, in files: GateFiles) throws -> Set<String> {
            let list = try Program.run(
                "audit", "list", "--directory", files.audit, "--limit", String(max(count, 1)), "-o", "json")
            #expect(list.status == 0)
            return Set(
                try list.outputLines.compactMap { try JSONDocument(parsing: Array($0.utf8)).root["id"]?.string })
        }

        private static func sequence(_ head: String) -> Int {
            head.split(separator: ":").first.flatMap { Int($0) } ?? -1
        }
    }
}
