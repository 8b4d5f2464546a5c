import Cryptography
import Foundation
import StrictJSON
import Testing

extension EndToEnd {
    @Suite("Requests that nobody should send")
    struct HostileRequestTests {
        /// What two more of each may cost: buffers of the largest admitted body, kept by the allocator.
        private static let permittedGrowth = 64 * 1024

        @Test("huge, deep and random bodies are refused one by one; the process lives and its memory stays flat")
        func bodies() throws {
            let scratch = try Scratch()
            let huge = try scratch.write([UInt8](repeating: UInt8(ascii: " "), count: 100 << 20), to: "huge")
            let deep = Array((String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)).utf8)
            try withGate { gate, stage in
                func round() throws {
                    // With its length told first, without waiting for leave to send, and in chunks without a length.
                    #expect(try gate.post(file: huge).status == 413)
                    #expect(try gate.post(file: huge, options: ["-H", "Expect:"]).status == 413)
                    #expect(
                        try gate.post(file: huge, options: ["-H", "Expect:", "-H", "Transfer-Encoding: chunked"]).status
                            == 413)
                    #expect(try gate.post(deep).status == 400)
                    #expect(try gate.post(SecureRandom.bytes(1 << 20)).status == 400)
                    #expect(try gate.ask(.pod(stage.signed)).isAllowed)
                }
                try round()
                let before = gate.residentKilobytes
                for _ in 0..<2 { try round() }
                let growth = gate.residentKilobytes - before
                #expect(before > 0)
                #expect(growth < HostileRequestTests.permittedGrowth, "grew by \(growth) KiB from \(before) KiB")
                #expect(try gate.isReady())
            }
        }

        @Test("what is JSON but no review is a bad request, never an answer")
        func notReviews() throws {
            try withGate { gate, _ in
                let bodies = [
                    "", "{}", "[]", "null", #"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}"#,
                    #"{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview","request":{"uid":"a"}}"#,
                ]
                for body in bodies {
                    let answer = try gate.post(Array(body.utf8))
                    #expect(answer.status == 400, "\(body)")
                }
            }
        }

        @Test("a review whose object cannot be understood is refused under its uid")
        func undecodable() throws {
            try withGate { gate, _ in
                let review = AdmissionReview(
                    namespace: "prod-shop",
                    members:
                        #""object":{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"a","image":7}]}}"#)
                let answer = try gate.ask(review)
                #expect(answer.uid == review.uid)
                #expect(!answer.isAllowed)
                #expect(answer.message.contains("[request-invalid]"))
            }
        }

        @Test(
            "L14: hostile text of a request comes back on one line of the log, and as nothing that a terminal acts on")
        func hostileNames() throws {
            try withGate { gate, _ in
                var review = AdmissionReview.pod(#"evil.example/a\u001b[2J\nrecord 0\u202e:1"#)
                review.user = #"=cmd()|'</script>\u202e\u0007\r\n{\"v\":1}"#
                let answer = try gate.ask(review)
                #expect(!answer.isAllowed)
                #expect(answer.reason == "reference-invalid")
                #expect(!gate.log.contains("\u{1b}"))
                let audit = ["--directory", gate.files.audit]
                for arguments in [
                    ["list"], ["list", "-o", "json"], ["show", "0"], ["show", "0", "-o", "json"], ["verify"],
                ] {
                    let shown = try Command.run(Program.path, ["audit"] + arguments + audit)
                    #expect(shown.status == 0)
                    #expect(shown.output.isHarmless, "\(arguments)")
                    if arguments[0] == "list" { #expect(shown.outputLines.count == 1) }
                    guard arguments.last == "json" else { continue }
                    let record = try JSONDocument(parsing: Array(shown.output.utf8)).root
                    #expect(record["actor"]?["user"]?.string == "=cmd()|'</script>\u{202e}\u{7}\r\n{\"v\":1}")
                }
            }
        }
    }
}

extension String {
    /// Whether a terminal shows it as it is: no control character but the line feed, nothing that turns text around.
    var isHarmless: Bool {
        unicodeScalars.allSatisfy { $0 == "\n" || ![.control, .format].contains($0.properties.generalCategory) }
    }
}
