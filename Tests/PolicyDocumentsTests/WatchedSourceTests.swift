import PolicyDocuments
import Synchronization
import Testing
import Trust

@Suite struct WatchedSourceTests {
    /// A directory that changes.
    private final class ChangingSource: DocumentSource {
        let files = Mutex(MemorySource(["policies/a.yaml": "a", "policies/b.yaml": "b", "key.pub": "key"]))
        let materials = Mutex<[MirroredTarget: MirroredMaterial]>([:])

        func material(of target: MirroredTarget) -> MirroredMaterial {
            materials.withLock { $0[target] ?? .unavailable("nobody answers") }
        }

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
        "other material of a mirror is a change, and so is that there is none, or none that counts",
        arguments: [
            MirroredMaterial.trusted([1]), .trusted([]), .expired("nobody answers"), .unavailable("it lies"),
        ])
    func materials(_ material: MirroredMaterial) {
        let target = MirroredTarget(mirror: "https://tuf.example.com", pinnedRoot: [1], path: "a")
        let before = watched.seen
        #expect(watched.material(of: target) == .unavailable("nobody answers"))
        #expect(watched.seen != before && watched.lookAgain() == watched.seen)
        changing.materials.withLock { $0[target] = material }
        #expect(watched.lookAgain() != watched.seen)
        changing.materials.withLock { $0 = [:] }
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
