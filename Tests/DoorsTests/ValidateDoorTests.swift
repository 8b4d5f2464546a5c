import Admission
import Audit
import PolicyEngine
import StrictJSON
import TestSupport
import Testing

@testable import Doors

@Suite("The validating webhook, with a real gate and a real log")
struct ValidateDoorTests {
    @Test("an image that a policy vouches for is allowed, with the name of its record")
    func allowed() async throws {
        try await withDoor { fixture, door, port in
            let connection = try await TLSConnection.open(port: port)
            let answer = try await ask(connection, pod("registry.example/open/app:1"))
            #expect(answer.status == 200)
            #expect(answer.header.contains("Content-Type: application/json\r\n"))
            let review = try #require(answer.review)
            #expect(review["uid"]?.string == "705ab4f5")
            #expect(review["allowed"]?.boolean == true)
            #expect(review["status"] == nil)
            let id = try #require(review["auditAnnotations"]?["decision-id"]?.string)
            let records = try fixture.records()
            #expect(records.count == 1)
            #expect(records[0]["id"]?.string == id)
            let request = try #require(try fixture.recordTexts().first)
            for part in ["705ab4f5", "\"CREATE\"", "\"ann\"", "\"dev\"", "\"prod\"", "\"web\"", "\"Pod\"", "sha256:"] {
                #expect(request.contains(part), "\(part) is not recorded")
            }
            #expect(door.counts.warm == 1 && door.counts.cold == 0)
        }
    }

    @Test("an image that nobody vouches for is refused with code, reason and message")
    func refused() async throws {
        try await withDoor { fixture, _, port in
            let connection = try await TLSConnection.open(port: port)
            let review = try #require(try await ask(connection, pod("evil.example/x:1")).review)
            #expect(review["allowed"]?.boolean == false)
            #expect(review["status"]?["code"]?.integer == 403)
            #expect(review["status"]?["reason"]?.string == "Forbidden")
            let message = try #require(review["status"]?["message"]?.string)
            #expect(message.contains("evil.example/x:1") && message.contains("spec.containers[0].image"))
            #expect(try fixture.records().count == 1)
        }
    }

    @Test("one refused image refuses the request, wherever it stands")
    func anyImage() async throws {
        try await withDoor { _, _, port in
            let connection = try await TLSConnection.open(port: port)
            let good = #""containers":[{"image":"registry.example/open/a"}]"#
            for other in [
                #""initContainers":[{"image":"evil.example/x"}]"#,
                #""ephemeralContainers":[{"image":"evil.example/x"}]"#,
                #""volumes":[{"name":"v","image":{"reference":"evil.example/x"}}]"#,
            ] {
                let review = try await ask(connection, .pod("{\(good),\(other)}")).review
                #expect(review?["allowed"]?.boolean == false, "\(other)")
            }
            #expect(try await ask(connection, .pod("{\(good)}")).review?["allowed"]?.boolean == true)
        }
    }

    @Test("an object that is not understood is refused under its uid, and that is recorded")
    func undecodable() async throws {
        try await withDoor { fixture, door, port in
            let connection = try await TLSConnection.open(port: port)
            for review in [.pod(#"{"containers":{}}"#), .pod("{}"), ReviewText.with("operation", #""NUKE""#)] {
                let answer = try await ask(connection, review)
                #expect(answer.status == 200)
                #expect(answer.review?["uid"]?.string == "705ab4f5")
                #expect(answer.review?["allowed"]?.boolean == false)
                #expect(answer.review?["status"]?["message"]?.string?.contains("[request-invalid]") == true)
            }
            #expect(door.counts.invalid == 3)
            #expect(try fixture.records().count == 3)
        }
    }

    @Test("observing refuses nothing, and warns")
    func observing() async throws {
        try await withDoor(mode: .observe) { _, _, port in
            let connection = try await TLSConnection.open(port: port)
            let review = try #require(try await ask(connection, pod("evil.example/x")).review)
            #expect(review["allowed"]?.boolean == true)
            #expect(review["warnings"]?.count ?? 0 > 0)
        }
    }

    @Test("placeholders are passed over in templates and judged in Pods")
    func placeholders() async throws {
        try await withDoor(placeholders: ["auto"]) { _, _, port in
            let connection = try await TLSConnection.open(port: port)
            let spec = #"{"containers":[{"image":"auto"},{"image":"registry.example/open/a"}]}"#
            var template = ReviewText.with("kind", #"{"group":"apps","version":"v1","kind":"Deployment"}"#)
            template.set("object", Workload.deployment.json(spec))
            #expect(try await ask(connection, template).review?["allowed"]?.boolean == true)
            #expect(try await ask(connection, .pod(spec)).review?["allowed"]?.boolean == false)
        }
    }
}

// MARK: - When something is missing

@Suite("The webhook under pressure")
struct ValidateDoorPressureTests {
    @Test("T18: a registry that hangs is a refusal before the caller gives up", arguments: [1, 2])
    func deadline(_ seconds: Int) async throws {
        // Before the caller gives up, by a margin for the way back.
        let limit = try #require(CallTimeout(query: Substring("timeout=\(seconds)s").utf8)).lastResort
        #expect(limit <= .seconds(seconds) - .milliseconds(250))
        try await withDoor { _, door, port in
            let connection = try await TLSConnection.open(port: port)
            // The machine may be busy with something else once or twice.
            var attempts: [(time: Duration, message: String)] = []
            func isAsPromised(_ attempt: (time: Duration, message: String)) -> Bool {
                attempt.time < limit && attempt.message.contains("deadline-exceeded")
            }
            for tag in 1...3 where !attempts.contains(where: isAsPromised) {
                let start = ContinuousClock.now
                let answer = try await ask(
                    connection, pod("registry.example/tagged/app:\(tag)"), query: "?timeout=\(seconds)s")
                #expect(answer.review?["allowed"]?.boolean == false)
                let message = answer.review?["status"]?["message"]?.string ?? ""
                // On a busy machine the time may end over the record of the decision.
                #expect(message.contains("deadline-exceeded") || message.contains("audit-unavailable"), "\(message)")
                attempts.append((ContinuousClock.now - start, message))
            }
            #expect(attempts.contains(where: isAsPromised), "\(attempts)")
            #expect(door.counts.cold == attempts.count)
            // The connection is as good as before.
            #expect(try await ask(connection, pod("registry.example/open/a")).review?["allowed"]?.boolean == true)
        }
    }

    @Test("nothing is allowed without a record")
    func noRecord() async throws {
        try await withDoor { fixture, _, port in
            let connection = try await TLSConnection.open(port: port)
            fixture.log.close()
            let review = try #require(try await ask(connection, pod("registry.example/open/a")).review)
            #expect(review["allowed"]?.boolean == false)
            #expect(review["status"]?["message"]?.string?.contains("audit-unavailable") == true)
        }
    }

    @Test("the last resort refuses with a reason, unless the gate only observes")
    func lastResort() throws {
        for (stage, code) in [(Ticket.Stage.deciding, "deadline-exceeded"), (.recording, "audit-unavailable")] {
            for mode in [GateMode.enforce, .observe] {
                let fixture = try GateFixture(mode: mode)
                defer { fixture.remove() }
                let response = fixture.door().answerTooLate(
                    Ticket(uid: "705ab4f5", recordID: "01JZ0000000000000000000000", stage: stage))
                let review = try #require(try JSONDocument(parsing: response.body).root["response"])
                #expect(review["uid"]?.string == "705ab4f5")
                #expect(review["allowed"]?.boolean == (mode == .observe))
                let text =
                    mode == .observe ? review["warnings"]?.elements.first { _ in true } : review["status"]?["message"]
                #expect(text?.string?.contains("[\(code)]") == true)
                #expect(review["auditAnnotations"]?["reason"]?.string == code)
                #expect(review["auditAnnotations"]?["undetermined"]?.string == "true")
                // No record has this answer; the one that it names may have another.
                let body = String(decoding: response.body, as: UTF8.self)
                #expect(body.contains("decided after all, that is audit record 01JZ0000000000000000000000, which may"))
                #expect(review["auditAnnotations"]?["decision-id"]?.string == "01JZ0000000000000000000000")
            }
        }
    }

    @Test("T11: more at once than there is room for is told to come back, and is answered when there is room")
    func overloaded() async throws {
        let source = HeldSource()
        defer { source.release() }
        try await withDoor(maximumInFlight: 4, source: source) { _, door, port in
            let waiting = try await (0..<4).asyncMap { index in
                let connection = try await TLSConnection.open(port: port)
                let review = String(decoding: pod("registry.example/tagged/app:\(index)").bytes, as: UTF8.self)
                try await connection.send(post(review, to: "/validate?timeout=30s"))
                return connection
            }
            while door.counts.cold < 4 { try await Task.sleep(for: .milliseconds(2)) }
            let other = try await TLSConnection.open(port: port)
            for count in 1...50 {
                let refused = try await ask(other, pod("registry.example/open/a"))
                #expect(refused.status == 503)
                #expect(refused.header.contains("Retry-After: 1\r\n"))
                #expect(door.counts.overloaded == count)
            }
            try await other.send(get("/livez"))
            #expect(try await other.answer()?.status == 200)
            source.release()
            for connection in waiting {
                #expect(try await connection.answer()?.review?["allowed"]?.boolean == false)
            }
            #expect(try await ask(other, pod("registry.example/open/a")).review?["allowed"]?.boolean == true)
        }
    }

    @Test("each of many requests side by side gets its own answer and its own record")
    func manyAtOnce() async throws {
        try await withDoor { fixture, _, port in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        let connection = try await TLSConnection.open(port: port)
                        for round in 0..<25 {
                            let isAllowed = (worker + round) % 2 == 0
                            var review = pod(isAllowed ? "registry.example/open/a" : "evil.example/x")
                            review.set("uid", "\"\(worker)-\(round)\"")
                            let answer = try await ask(connection, review).review
                            #expect(answer?["uid"]?.string == "\(worker)-\(round)")
                            #expect(answer?["allowed"]?.boolean == isAllowed)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try fixture.records().count == 200)
        }
    }
}

// MARK: - Recordings

@Suite(
    "Recorded reviews at the door",
    .disabled(if: RecordedReviews.areMissing, "the recordings are not there: set DOCKGATE_RECORDED"))
struct RecordedReviewsAtTheDoorTests {
    @Test("each is answered as its images demand")
    func answers() async throws {
        try await withDoor { _, _, port in
            let connection = try await TLSConnection.open(port: port)
            for (name, images) in RecordedReviews.images.sorted(by: { $0.key < $1.key }) {
                let bytes = try RecordedReviews.bytes(name)
                try await connection.send(post(String(decoding: bytes, as: UTF8.self), to: "/validate?timeout=5s"))
                let review = try #require(try await connection.answer()?.review)
                let request = try #require(try JSONDocument(parsing: bytes).root["request"])
                #expect(review["uid"]?.string == request["uid"]?.string)
                let isAllowed = images.allSatisfy { $0.contains("127.0.0.1:5502/feas/busybox") }
                #expect(review["allowed"]?.boolean == isAllowed, "\(name)")
            }
        }
    }

    @Test("damaged ones are answered too, and never allowed by accident")
    func damaged() async throws {
        var generator = SystemRandomNumberGenerator()
        try await withDoor { _, _, port in
            let connection = try await TLSConnection.open(port: port)
            let original = try RecordedReviews.bytes("1.36/029-CREATE-Pod-m1")
            for _ in 0..<300 {
                var bytes = original
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(
                        in: 0...255, using: &generator)
                }
                let head = "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                try await connection.send(Array("\(head)Content-Length: \(bytes.count)\r\n\r\n".utf8) + bytes)
                let answer = try #require(try await connection.answer())
                #expect(answer.status == 200 || answer.status == 400)
            }
        }
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
