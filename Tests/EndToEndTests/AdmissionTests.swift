import Foundation
import StrictJSON
import TestSupport
import Testing

extension EndToEnd {
    @Suite("What a cluster asks, and what it is answered")
    struct AdmissionTests {
        @Test("each image gets the verdict that it deserves, with the reason for it")
        func verdicts() throws {
            try withGate { gate, stage in
                func ask(_ review: AdmissionReview) throws -> AdmissionAnswer {
                    let answer = try gate.ask(review)
                    #expect(answer.uid == review.uid)
                    return answer
                }
                let signed = try ask(.pod(stage.signed))
                #expect(signed.isAllowed, "\(signed.message)")
                #expect(signed.reason == nil)
                #expect(try ask(.pod(stage.unsigned)).reason == "signature-missing")
                #expect(try ask(.pod(stage.tampered)).reason == "signature-for-other-image")
                #expect(try ask(.pod(stage.forged)).reason == "signature-invalid")
                #expect(try ask(.pod("registry.example.com/shop/web:1.0")).reason == "source-untrusted")
                #expect(try ask(.pod(stage.image("9.9"))).reason == "image-not-found")
                #expect(try ask(.pod("\(stage.registry)/shop/web@\(stage.signedDigest)")).isAllowed)
                #expect(try ask(.pod(stage.unsigned, in: "playground")).isAllowed)
            }
        }

        @Test("a refusal names image, place, policy, check, what was found, what was expected, and the record")
        func message() throws {
            try withGate { gate, stage in
                let answer = try gate.ask(.pod(stage.unsigned))
                #expect(!answer.isAllowed)
                let expected = [
                    stage.unsigned, "spec.containers[0].image", "policy signed-production, check signed-by-release",
                    "[signature-missing]", "release it through the pipeline", "found: ", "expected: ",
                    try #require(answer.decision),
                ]
                for part in expected { #expect(answer.message.contains(part), "\(part) is not in:\n\(answer.message)") }
            }
        }

        @Test("of two containers only the refused one is told about, and one is enough to refuse")
        func deployment() throws {
            try withGate { gate, stage in
                #expect(try gate.ask(.deployment(stage.signed, stage.signed)).isAllowed)
                let answer = try gate.ask(.deployment(stage.signed, stage.unsigned))
                #expect(!answer.isAllowed)
                #expect(answer.message.contains("refused 1 image of 2"))
                #expect(answer.message.contains("spec.template.spec.containers[1].image"))
                #expect(!answer.message.contains("spec.template.spec.containers[0].image"))
            }
        }

        @Test("deleting brings no image: it is allowed, and leaves no record")
        func deletion() throws {
            try withGate { gate, stage in
                let answer = try gate.ask(.deletedPod(stage.unsigned))
                #expect(answer.isAllowed)
                #expect(answer.decision == nil)
                let list = try Program.run("audit", "list", "--directory", gate.files.audit)
                #expect(list.status == 0)
                #expect(list.output == "")
            }
        }

        @Test("every decision is in the log, under the id and at the head that the answer names")
        func record() throws {
            try withGate { gate, stage in
                let answer = try gate.ask(.pod(stage.tampered))
                let record = try #require(answer.decision)
                let audit = gate.files.audit
                let shown = try Program.run("audit", "show", record, "--directory", audit, "-o", "json")
                #expect(shown.status == 0)
                let json = try JSONDocument(parsing: Array(shown.output.utf8)).root
                #expect(json["id"]?.string == record)
                #expect(json["decision"]?["reason"]?.string == "signature-for-other-image")
                #expect(json["target"]?["namespace"]?.string == "prod-shop")
                let head = try #require(answer.head)
                #expect(try Program.run("audit", "verify", "--directory", audit, "--head", head).status == 0)
            }
        }

        @Test("nobody is served without TLS, and nobody is trusted with another authority's certificate")
        func transport() throws {
            try withGate { gate, _ in
                let plain = try Command.run(
                    "curl", ["-sS", "--max-time", "10", "http://127.0.0.1:\(gate.port)/readyz"])
                #expect(plain.status != 0)
                let unknown = try Command.run("curl", ["-sS", "--max-time", "10", gate.origin + "/readyz"])
                #expect(unknown.status == 60, "curl does not know the authority: \(unknown.errors)")
                #expect(try gate.isReady())
            }
        }
    }

    @Suite(
        "Requests that API servers sent",
        .disabled(if: OutsideData.recordings == nil, "the recordings are not there: set DOCKGATE_RECORDED"))
    struct RecordedReviewTests {
        @Test("each recorded review is answered under its own uid, and refused with a reason or allowed")
        func recorded() throws {
            let files = try RecordedReviews.files()
            try withGate { gate, _ in
                for file in files {
                    let body = Scratch.bytes(file)
                    let http = try gate.post(body)
                    try #require(http.status == 200, "\(file): \(String(decoding: http.body, as: UTF8.self))")
                    let answer = try AdmissionAnswer(http.body)
                    let request = try JSONDocument(parsing: body).root["request"]
                    #expect(answer.uid == request?["uid"]?.string, "\(file)")
                    #expect(answer.isAllowed != answer.message.contains("["), "\(file): \(answer.message)")
                    if ["DELETE", "CONNECT"].contains(request?["operation"]?.string) {
                        #expect(answer.isAllowed, "\(file): \(answer.message)")
                    }
                }
            }
        }
    }
}

/// Reviews as two API servers sent them.
private enum RecordedReviews {
    static func files() throws -> [String] {
        let folder = try #require(OutsideData.recordings).path
        let files = try ["admission-reviews-1.20", "admission-reviews-1.36"].flatMap { version in
            try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(version)").sorted()
                .filter { $0.hasSuffix(".json") }.map { "\(folder)/\(version)/\($0)" }
        }
        try #require(!files.isEmpty)
        return files
    }
}
