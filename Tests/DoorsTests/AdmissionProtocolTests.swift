import StrictJSON
import TestSupport
import Testing

@testable import Doors

/// What an API server may send, and what somebody may send who is none.
@Suite("The admission protocol, on the wire")
struct AdmissionProtocolTests {
    @Test("A01: what is no review of this version is a bad request, never an answer, and the next one is answered")
    func unreadable() async throws {
        try await withDoor { fixture, _, port in
            let connection = try await TLSConnection.open(port: port)
            var reviews = [
                ReviewText.with("uid", nil), .with("uid", #""""#), .with("uid", "null"), .with("uid", "7"),
            ].map { String(decoding: $0.bytes, as: UTF8.self) }
            for (version, kind) in [
                (#""admission.k8s.io/v1beta1""#, #""AdmissionReview""#), (#""v1""#, #""AdmissionReview""#),
                (#""admission.k8s.io/v1""#, #""SubjectAccessReview""#), ("null", "null"),
            ] {
                var review = ReviewText()
                (review.apiVersion, review.kind) = (version, kind)
                reviews.append(String(decoding: review.bytes, as: UTF8.self))
            }
            reviews += [
                "", "{}", "null", "[]", #"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}"#,
                #"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":null}"#,
                #"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"1","allowed":true}}"#,
            ]
            for body in reviews {
                try await connection.send(post(body))
                let answer = try #require(try await connection.answer())
                #expect(answer.status == 400, "\(body)")
                #expect(answer.review == nil && !answer.text.contains("allowed"), "\(body)")
            }
            for query in ["?timeout=x", "?timeout=5s&timeout=5s"] {
                #expect(try await ask(connection, pod("registry.example/open/a"), query: query).status == 400)
            }
            #expect(try await ask(connection, pod("registry.example/open/a")).review?["allowed"]?.boolean == true)
            #expect(try fixture.records().count == 1)
        }
    }

    @Test("A02: the uid comes back as it was, however odd, and into the log on one line; one of 10 KiB is refused")
    func uid() async throws {
        try await withDoor { fixture, _, port in
            let connection = try await TLSConnection.open(port: port)
            let uids = [
                "705ab4f5-0000", #"a\"b\\c\/"#, #"\u001b[31m\r\n\u0000\u007f"#, #"</script>=cmd()"#,
                "caf\u{e9}\u{202e}",
                #"\ud83d\ude00"#, String(repeating: "u", count: 1_024),
            ]
            for uid in uids {
                var review = pod("registry.example/open/a")
                review.set("uid", "\"\(uid)\"")
                let sent = try JSONDocument(parsing: Array("\"\(uid)\"".utf8)).root.string
                let answer = try await ask(connection, review)
                #expect(answer.review?["uid"]?.string?.utf8.elementsEqual(sent?.utf8 ?? "".utf8) == true, "\(uid)")
                #expect(!answer.body.contains { $0 < 0x20 || $0 == 0x7F })
            }
            let records = try fixture.recordTexts()
            #expect(records.count == uids.count)
            #expect(records.allSatisfy { record in !record.utf8.contains { $0 < 0x20 || $0 == 0x7F } })

            let long = String(repeating: "longuid", count: 1_500)
            var review = pod("registry.example/open/a")
            review.set("uid", "\"\(long)\"")
            let answer = try await ask(connection, review)
            #expect(answer.status == 400)
            #expect(!answer.text.contains("longuid"))
            #expect(try fixture.records().count == uids.count)
        }
    }

    @Test("A03: a request that is sent twice is answered alike, and both records name it")
    func reinvocation() async throws {
        try await withDoor { fixture, _, port in
            let connection = try await TLSConnection.open(port: port)
            for (image, isAllowed) in [("registry.example/open/a", true), ("evil.example/x", false)] {
                var review = pod(image)
                review.set("uid", "\"\(image)\"")
                let first = try #require(try await ask(connection, review).review)
                let second = try #require(try await ask(connection, review).review)
                #expect(first["allowed"]?.boolean == isAllowed)
                #expect(second["allowed"]?.boolean == isAllowed)
                let ids = [first, second].map { $0["auditAnnotations"]?["decision-id"]?.string }
                let records = try fixture.records().filter { $0["request"]?["uid"]?.string == image }
                #expect(records.map { $0["id"]?.string } == ids)
                #expect(Set(records.map { $0["request"]?["bodyDigest"]?.string }).count == 1)
            }
        }
    }

    @Test("A04: a dry run is decided alike, and its record is marked")
    func dryRun() async throws {
        try await withDoor { fixture, _, port in
            let connection = try await TLSConnection.open(port: port)
            for (image, isAllowed) in [("registry.example/open/a", true), ("evil.example/x", false)] {
                for isDry in [false, true] {
                    var review = pod(image)
                    review.set("dryRun", "\(isDry)")
                    #expect(try await ask(connection, review).review?["allowed"]?.boolean == isAllowed)
                    #expect(try fixture.records().last?["request"]?["dryRun"]?.boolean == isDry)
                }
            }
        }
    }

    @Test("A05: DELETE and CONNECT start nothing: allowed with any object or none, and no decision")
    func nothingStarted() async throws {
        try await withDoor { fixture, door, port in
            let connection = try await TLSConnection.open(port: port)
            var count = 0
            for operation in ["DELETE", "CONNECT"] {
                for object in [nil, "null", Workload.pod.json(#"{"containers":[{"image":"evil.example/x"}]}"#), "{}"] {
                    for oldObject in [nil, "null", "{}"] {
                        var review = ReviewText.with("operation", "\"\(operation)\"")
                        review.set("object", object)
                        review.set("oldObject", oldObject)
                        #expect(try await ask(connection, review).review?["allowed"]?.boolean == true)
                        count += 1
                    }
                }
            }
            #expect(door.counts.notJudged == count)
            #expect(try fixture.records().isEmpty)
        }
    }

    @Test("A06: an update that brings no image is no decision, and one more image makes it one")
    func unchanged() async throws {
        try await withDoor { fixture, door, port in
            let connection = try await TLSConnection.open(port: port)
            let spec = #"{"containers":[{"image":"evil.example/x"}]}"#
            var labelled = ReviewText.pod(spec, operation: "UPDATE", oldSpec: spec)
            labelled.set("object", Workload.pod.json(spec, metadata: #"{"labels":{"new":"label"}}"#))
            var scale = ReviewText.with("kind", #"{"group":"autoscaling","version":"v1","kind":"Scale"}"#)
            scale.set("object", #"{"apiVersion":"autoscaling/v1","kind":"Scale","spec":{"replicas":3}}"#)
            for review in [labelled, scale] {
                #expect(try await ask(connection, review).review?["allowed"]?.boolean == true)
            }
            #expect(door.counts.notJudged == 2)
            #expect(try fixture.records().isEmpty)
            let more = #"{"containers":[{"image":"evil.example/x"}],"initContainers":[{"image":"evil.example/x"}]}"#
            let review = ReviewText.pod(more, operation: "UPDATE", oldSpec: spec)
            #expect(try await ask(connection, review).review?["allowed"]?.boolean == false)
        }
    }

    @Test("A07, attack 18: an update of an object that is being deleted is judged (CVE-2023-34091)")
    func beingDeleted() async throws {
        try await withDoor { fixture, _, port in
            let connection = try await TLSConnection.open(port: port)
            func update(to image: String) -> ReviewText {
                let metadata = #"{"deletionTimestamp":"2026-11-23T00:00:00Z","deletionGracePeriodSeconds":30}"#
                var review = ReviewText.with("operation", #""UPDATE""#)
                for (key, image) in [("object", image), ("oldObject", "registry.example/open/a")] {
                    review.set(
                        key, Workload.pod.json(#"{"containers":[{"image":"\#(image)"}]}"#, metadata: metadata))
                }
                return review
            }
            #expect(try await ask(connection, update(to: "evil.example/x")).review?["allowed"]?.boolean == false)
            #expect(try fixture.records().count == 1)
            // A finalizer is removed.
            #expect(
                try await ask(connection, update(to: "registry.example/open/a")).review?["allowed"]?.boolean == true)
            #expect(try fixture.records().count == 1)
        }
    }

    @Test("A08: what is judged is the new object, never the old one in its place (CVE-2021-25735)")
    func newObject() async throws {
        try await withDoor { fixture, _, port in
            let connection = try await TLSConnection.open(port: port)
            func spec(_ image: String) -> String { #"{"containers":[{"image":"\#(image)"}]}"# }
            let good = "registry.example/open/a"
            let evil = "evil.example/x"
            for operation in ["CREATE", "UPDATE"] {
                let worse = ReviewText.pod(spec(evil), operation: operation, oldSpec: spec(good))
                #expect(try await ask(connection, worse).review?["allowed"]?.boolean == false, "\(operation)")
                let better = ReviewText.pod(spec(good), operation: operation, oldSpec: spec(evil))
                #expect(try await ask(connection, better).review?["allowed"]?.boolean == true, "\(operation)")
            }
            let requested = try fixture.records().map { $0["images"]?.elements.compactMap { $0["requested"]?.string } }
            #expect(requested == [[evil], [good], [evil], [good]])
        }
    }

    @Test("A09: a mark on the object that says it was verified changes nothing")
    func forgedAnnotation() async throws {
        try await withDoor { _, _, port in
            let connection = try await TLSConnection.open(port: port)
            let metadata = """
                {"annotations":{"dockgate.dev/verified":"true","images.dockgate.dev/decision-id":"01J9ZQ3T7E4K2M8V6N0C5B1A2D",\
                "kyverno.io/verify-images":"{\\"evil.example/x\\":true}","kritis.grafeas.io/breakglass":"true"},\
                "labels":{"dockgate.dev/skip":"true","policy.sigstore.dev/include":"false"}}
                """
            for (image, isAllowed) in [("evil.example/x", false), ("registry.example/open/a", true)] {
                var review = pod(image)
                review.set("object", Workload.pod.json(#"{"containers":[{"image":"\#(image)"}]}"#, metadata: metadata))
                #expect(try await ask(connection, review).review?["allowed"]?.boolean == isAllowed)
            }
        }
    }

    @Test("nothing that stands on an object makes an exception or an exemption")
    func forgedException() async throws {
        try await withDoor { _, _, port in
            let connection = try await TLSConnection.open(port: port)
            let image = "evil.example/x"
            for key in ["annotations", "labels"] {
                let metadata = """
                    {"name":"inc-4711","generateName":"exception-","\(key)":{"dockgate.dev/exception":"inc-4711",\
                    "dockgate.dev/PolicyException":"inc-4711","exceptions.dockgate.dev/inc-4711":"sources",\
                    "dockgate.dev/exempt":"system"},\
                    "ownerReferences":[{"apiVersion":"dockgate.dev/v1","kind":"PolicyException","name":"inc-4711","uid":"1"}]}
                    """
                var review = pod(image)
                review.set("object", Workload.pod.json(#"{"containers":[{"image":"\#(image)"}]}"#, metadata: metadata))
                let answer = try await ask(connection, review).review
                #expect(answer?["allowed"]?.boolean == false)
                #expect(answer?["auditAnnotations"]?["relief"] == nil)
            }
        }
    }

    @Test("A21: a refusal of 256 images stays small and valid, and names the record that tells all of it")
    func manyImages() async throws {
        try await withDoor { fixture, _, port in
            let connection = try await TLSConnection.open(port: port)
            let names = (0..<256).map { "evil.example/" + String(repeating: "long/", count: 40) + "app\($0)" }
            let containers = names.map { #"{"image":"\#($0)"}"# }.joined(separator: ",")
            let answer = try await ask(connection, .pod(#"{"containers":[\#(containers)]}"#))
            #expect(answer.body.count < 32 << 10, "an API server takes 1 MiB")
            let review = try #require(answer.review)
            #expect(review["allowed"]?.boolean == false)
            let message = try #require(review["status"]?["message"]?.string)
            let id = try #require(review["auditAnnotations"]?["decision-id"]?.string)
            #expect(message.utf8.count <= AdmissionReviewResponse.maximumMessageBytes)
            #expect(message.contains(id))
            // On a slow disk the answer comes first, and names the record that the decision will be.
            var records = try fixture.records()
            for _ in 0..<100 where records.isEmpty {
                try await Task.sleep(for: .milliseconds(50))
                records = try fixture.records()
            }
            let record = try #require(records.first)
            #expect(record["id"]?.string == id)
            #expect(record["shortened"]?["images"]?.integer == 256)
        }
    }
}

// MARK: - Bodies that are meant to be understood differently

@Suite("Attack 23: body tricks at the front door")
struct BodyTrickTests {
    private static let good =
        #"{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"registry.example/open/a"}]}}"#

    /// A review that is allowed as it stands.
    private static func review(_ object: String = good, more: String = "") -> String {
        """
        {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"705ab4f5","operation":"CREATE",\
        "kind":{"group":"","version":"v1","kind":"Pod"},"namespace":"prod","object":\(object)\(more)}}
        """
    }

    private static func pod(_ container: String) -> String {
        review(#"{"apiVersion":"v1","kind":"Pod","spec":{"containers":[\#(container)]}}"#)
    }

    /// None of these may let anything in, whatever another reader would make of it.
    private static let bodies: [(trick: String, bytes: [UInt8])] =
        [
            ("no body", ""), ("blanks", "   \r\n"), ("a byte order mark", "\u{FEFF}" + review()),
            ("bytes after the end", review() + "x"), ("a second document", review() + review()),
            ("a comment", "/**/" + review()), ("a trailing comma", review(more: ",")),
            ("two requests", review().dropLast() + #","request":{}}"#),
            ("two objects", review(more: #","object":{"kind":"Pod","apiVersion":"v1"}"#)),
            ("two objects, one escaped", review(more: #","\u006fbject":{"kind":"Pod","apiVersion":"v1"}"#)),
            ("two images", pod(#"{"image":"registry.example/open/a","image":"evil.example/x"}"#)),
            ("two images, one escaped", pod(#"{"image":"registry.example/open/a","\u0069mage":"evil.example/x"}"#)),
            ("another case of the key `request`", review().replacing("\"request\"", with: "\"Request\"")),
            ("another case of the key `object`", review().replacing("\"object\"", with: "\"Object\"")),
            ("another case of the key `containers`", review().replacing("\"containers\"", with: "\"Containers\"")),
            ("another case of the key `image`", pod(#"{"IMAGE":"registry.example/open/a"}"#)),
            ("a letter that folds to another", pod(#"{"\u0130mage":"registry.example/open/a"}"#)),
            (
                "the true key beside another case",
                pod(#"{"image":"evil.example/x","Image":"registry.example/open/a"}"#)
            ),
            ("a lone surrogate", pod(#"{"image":"registry.example/open/a\ud800"}"#)),
            ("a NUL in the image", pod(#"{"image":"registry.example/open/a\u0000"}"#)),
            ("a raw control character", pod("{\"image\":\"registry.example/open/a\u{1}\"}")),
            ("not a number", review(more: #","x":NaN"#)), ("a number beyond a double", review(more: #","x":1e400"#)),
            ("a million levels", review(String(repeating: "[", count: 1_000_000))),
            ("two million values", review(more: ",\"x\":[" + String(repeating: "1,", count: 2_000_000) + "1]")),
        ].map { ($0, Array($1.utf8)) } + [
            ("UTF-16", review().utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }),
            ("invalid UTF-8", Array(review().utf8.dropLast(3)) + [0xFF] + Array(review().utf8.suffix(3))),
            ("an overlong form", Array(#"{"a":""#.utf8) + [0xC0, 0xAF] + Array(#""}"#.utf8)),
        ]

    @Test("Attack 23: a body that two readers could understand differently lets nothing in")
    func tricks() async throws {
        try await withDoor { _, _, port in
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(post(BodyTrickTests.review()))
            #expect(try await connection.answer()?.review?["allowed"]?.boolean == true, "the review by itself")
            for (trick, bytes) in BodyTrickTests.bodies {
                let head = "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                try await connection.send(Array("\(head)Content-Length: \(bytes.count)\r\n\r\n".utf8) + bytes)
                let answer = try #require(try await connection.answer(), "\(trick)")
                #expect([200, 400].contains(answer.status), "\(trick): \(answer.text)")
                #expect(answer.status == 400 || answer.review?["allowed"]?.boolean == false, "\(trick): \(answer.text)")
            }
        }
    }

    @Test("Attack 23: a body that is left out, or cut off because it is too large, lets nothing in (CVE-2024-41110)")
    func noBody() async throws {
        try await withServer(limits: { $0.maximumBodyBytes = 1_000 }) { _, port in
            let large = try await TLSConnection.open(port: port)
            try await large.send(post(String(repeating: " ", count: 1_001)))
            #expect(try await large.answer()?.status == 413)
        }
        try await withDoor { _, _, port in
            let connection = try await TLSConnection.open(port: port)
            let head = "POST /validate?timeout=5s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            for framing in ["Content-Length: 0\r\n\r\n", "\r\n", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"] {
                try await connection.send(head + framing)
                #expect(try await connection.answer()?.status == 400, "\(framing)")
            }
        }
    }
}
