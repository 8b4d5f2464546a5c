import Foundation
import StrictJSON
import Testing

extension EndToEnd {
    @Suite("kill -9 under load")
    struct KillTests {
        private static let rounds = 5
        private static let clients = 6

        @Test("whatever was answered is in the log, which verifies, and the next start goes on from there")
        func kill() throws {
            let stage = try Stage.current()
            let files = try GateFiles(registry: stage.registry, releaseKey: stage.releaseKey)
            var answered: Set<String> = []
            for round in 1...KillTests.rounds {
                let gate = try GateProcess(files, registry: stage.registry)
                let answers = try KillTests.answersUntilKilled(gate, stage)
                #expect(!answers.isEmpty, "round \(round) killed too early to show anything")
                answered.formUnion(answers.compactMap(\.decision))
                let last = answers.compactMap(\.head).max { KillTests.sequence($0) < KillTests.sequence($1) }
                let verified = try Program.run(
                    "audit", "verify", "--directory", files.audit, "--head", try #require(last))
                #expect(verified.status == 0, "round \(round):\n\(verified.output)")
                let lost = answered.subtracting(try KillTests.recorded(files))
                #expect(lost.isEmpty, "round \(round) lost \(lost.count) of \(answered.count) answered decisions")
            }
            let gate = try GateProcess(files, registry: stage.registry)
            let answer = try gate.ask(.pod(stage.signed))
            #expect(answer.isAllowed)
            #expect(gate.end() == 0)
            let head = try #require(answer.head)
            #expect(try Program.run("audit", "verify", "--directory", files.audit, "--head", head).status == 0)
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
            usleep(.random(in: 20_000...300_000))
            gate.kill()
            for caller in callers { #expect(caller.hasEnded(within: 10)) }
            // What was cut off on its way was not answered.
            return try files().compactMap { try? AdmissionAnswer(Scratch.bytes(scratch.path + "/" + $0)) }
        }

        private static func recorded(_ files: GateFiles) throws -> Set<String> {
            let list = try Program.run("audit", "list", "--directory", files.audit, "--limit", "100000", "-o", "json")
            #expect(list.status == 0)
            return Set(
                try list.outputLines.compactMap { try JSONDocument(parsing: Array($0.utf8)).root["id"]?.string })
        }

        private static func sequence(_ head: String) -> Int {
            head.split(separator: ":").first.flatMap { Int($0) } ?? -1
        }
    }
}
