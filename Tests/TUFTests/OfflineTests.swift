import TUF
import TestSupport
import Testing
import Timestamp

@Suite struct OfflineTests {
    private func updated(_ repository: SimulatedTUFRepository) throws -> Client {
        var client = Client(of: repository)
        _ = try client.current(from: repository)
        return client
    }

    @Test("what is remembered stands in without a network, target and all, and says so")
    func start() throws {
        let repository = try SimulatedTUFRepository()
        let client = try updated(repository)
        guard case .remembered(let trusted, let reason) = client.offline() else { throw NotRefused() }
        #expect(reason == "no network")
        #expect(trusted.targets.first?.bytes == Array("content".utf8))
        #expect(trusted.versions == ["root 1", "timestamp 1", "snapshot 1", "targets 1"])
    }

    @Test(
        "S14: what is remembered and has expired does not stand in",
        arguments: ["root", "timestamp", "snapshot", "targets"])
    func expired(_ role: String) throws {
        var repository = try SimulatedTUFRepository()
        let end = "2035-01-01T00:00:00Z"
        switch role {
        case "root": repository.root.expires = end
        case "timestamp": repository.timestamp.expires = end
        case "snapshot": repository.snapshot.expires = end
        default: repository.targets.expires = end
        }
        try repository.publishRoot()
        try repository.publish()
        let client = try updated(repository)
        let time = try Instant(rfc3339: end)
        #expect(client.offline(at: time - .seconds(1)).remembered != nil)
        if role == "snapshot" || role == "targets" {
            #expect(client.offline(at: time).reasonNotRemembered == .notRemembered)
        } else {
            #expect(client.offline(at: time).reasonNotRemembered == .expired(time, now: time))
        }
    }

    @Test("a file of what is remembered that is missing, or was changed, does not stand in")
    func damaged() throws {
        let client = try updated(try SimulatedTUFRepository())
        for damaged in client.files.map(\.name) {
            var missing = client
            missing.files.removeAll { $0.name == damaged }
            #expect(missing.offline().reasonNotRemembered == .notRemembered, "\(damaged)")
            var changed = client
            changed.files = client.files.map { file in
                guard file.name == damaged else { return file }
                return TUFFile(
                    name: file.name,
                    bytes: Array(String(decoding: file.bytes, as: UTF8.self).replacing("t", with: "T").utf8))
            }
            #expect(changed.offline().reasonNotRemembered == .notRemembered, "\(damaged)")
        }
    }

    @Test("another pinned root believes nothing that is remembered")
    func otherPin() throws {
        let client = try updated(try SimulatedTUFRepository())
        let other = try SimulatedTUFRepository()
        #expect(client.offline(pinnedRoot: other.pinnedRoot).reasonNotRemembered == .notRemembered)
    }

    @Test("where nobody answers what is remembered stands in, whichever request it is")
    func undetermined() throws {
        var repository = try SimulatedTUFRepository()
        let client = try updated(repository)
        repository.content["file.txt"] = Array("other content".utf8)
        try repository.publishNext()
        for unanswered in 0..<5 {
            var client = client
            var count = -1
            let outcome = client.update(from: repository) { _ in
                count += 1
                return count == unanswered ? .undetermined("timed out") : nil
            }
            guard case .remembered(let trusted, "timed out") = outcome else {
                Issue.record("request \(unanswered): \(String(describing: outcome))")
                continue
            }
            #expect(trusted.versions.contains("timestamp 1"))
            #expect(trusted.targets.first?.bytes == Array("content".utf8))
            // What was learnt on the way is kept all the same, and holds against what is older.
            if unanswered > 1 {
                #expect(
                    client.files.contains {
                        $0.name == "timestamp.json" && $0.bytes == repository.files["timestamp.json"]
                    })
            }
        }
    }

    @Test("a root that was replaced while nobody answered for the rest is believed no more")
    func replacedRoot() throws {
        var repository = try SimulatedTUFRepository()
        var client = try updated(repository)
        repository.root.version = 2
        repository.timestamp.keys = try SimulatedTUFRepository.keys(1)
        try repository.publishRoot()
        try repository.publishNext()
        let outcome = client.update(from: repository) { $0.path == "timestamp.json" ? .undetermined("timed out") : nil }
        #expect(outcome?.reasonNotRemembered == .notRemembered)
        #expect(client.files.contains { $0.name == "root_history/2.root.json" })
        #expect(!client.files.contains { $0.name == "timestamp.json" })
    }

    @Test("nothing remembered and nobody to ask is undetermined, not refused")
    func nothing() throws {
        let repository = try SimulatedTUFRepository()
        var client = Client(of: repository)
        let outcome = client.update(from: repository) { _ in .undetermined("no route to host") }
        guard case .undetermined("no route to host", let error) = outcome else { throw NotRefused() }
        #expect(error.reason == .notRemembered)
    }

    @Test("a mirror that answers with what is wrong is refused, and not passed over for what is remembered")
    func wrongAnswer() throws {
        let repository = try SimulatedTUFRepository()
        var client = try updated(repository)
        #expect(
            try client.refusal(from: repository) { $0.path == "timestamp.json" ? .absent : nil }.reason == .absent)
        #expect(client.offline().remembered != nil)
    }
}
