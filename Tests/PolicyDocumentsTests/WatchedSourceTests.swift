import PolicyDocuments
import Synchronization
import Testing

@Suite struct WatchedSourceTests {
    /// A directory that changes.
    private final class ChangingSource: DocumentSource {
        let files = Mutex(MemorySource(["policies/a.yaml": "a", "policies/b.yaml": "b", "key.pub": "key"]))

        func set(_ path: String, _ text: String?) {
            files.withLock { $0.files[path] = text.map { Array($0.utf8) } }
        }

        func names(in directory: String, limit: Int) throws(DocumentSourceError) -> [String] {
            try files.withLock { $0 }.names(in: directory, limit: limit)
        }

        func read(_ path: String, limit: Int) throws(DocumentSourceError) -> [UInt8] {
            try files.withLock { $0 }.read(path, limit: limit)
        }

        func generation(of directory: String) -> String { "" }
    }

    private let changing = ChangingSource()
    private let watched: WatchedSource

    init() throws {
        watched = WatchedSource(changing)
        _ = try watched.names(in: "policies", limit: 10)
        for path in ["policies/a.yaml", "key.pub"] { _ = try watched.read(path, limit: 10) }
        #expect(throws: DocumentSourceError.self) { try watched.read("absent.pub", limit: 10) }
        #expect(watched.lookAgain() == watched.seen)
    }

    @Test(
        "each change of what was looked at is seen, and one that is taken back is none",
        arguments: [
            ("policies/a.yaml", "A"), ("policies/a.yaml", nil), ("policies/c.yaml", "c"), ("policies/b.yaml", nil),
            ("key.pub", "other"), ("key.pub", "longer than the limit"), ("absent.pub", "there now"),
        ])
    func changes(path: String, text: String?) {
        let before = changing.files.withLock { $0.files[path] }
        changing.set(path, text)
        #expect(watched.lookAgain() != watched.seen)
        changing.set(path, before.map { String(decoding: $0, as: UTF8.self) })
        #expect(watched.lookAgain() == watched.seen)
    }

    @Test(
        "what nobody looked at changes nothing",
        arguments: ["policies/b.yaml", "policies/.a.yaml.swp", "policies/a.yaml~", "policies/README.md", "other.pub"])
    func others(path: String) {
        changing.set(path, "something else")
        #expect(watched.lookAgain() == watched.seen)
    }
}
