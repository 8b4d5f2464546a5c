import Cryptography
import State
import StrictJSON
import TUF
import Trust

/// What is kept of all targets, in one file of the state directory.
///
/// Whoever can write that file wins nothing by it: everything is verified again, from the pinned root on. What is lost with
/// it is the way to start without a network, and the knowledge of versions, without which metadata counts that is older
/// than what was seen and has not expired.
struct KeptTargets {
    /// The root is part of it so that two attestors with roots of their own do not lose each other's.
    struct Key: Hashable {
        let mirror: String
        let path: String
        let root: String

        init(_ target: MirroredTarget) {
            (mirror, path) = (target.mirror, target.path)
            root = SHA2.sha256(target.pinnedRoot).hexadecimal
        }

        init(mirror: String, path: String, root: String) {
            (self.mirror, self.path, self.root) = (mirror, path, root)
        }
    }

    private(set) var targets: [Key: KeptTarget] = [:]

    /// Of all metadata and targets: some sixty repositories of the size of Sigstore's.
    static let maximumBytes = 32 << 20

    init() {}

    /// Of the target with that root, or else with another one: what does not follow from the root does not count anyway, and
    /// a pinned root is renewed from time to time.
    subscript(target: MirroredTarget) -> KeptTarget {
        get {
            let key = Key(target)
            if let kept = targets[key] { return kept }
            let others = targets.filter { $0.key.mirror == key.mirror && $0.key.path == key.path }
            return others.min { $0.key.root < $1.key.root }?.value ?? KeptTarget()
        }
        set { targets[Key(target)] = newValue }
    }

    mutating func keepOnly(_ wanted: Set<Key>) { targets = targets.filter { wanted.contains($0.key) } }
}

// MARK: - As bytes

extension KeptTargets {
    /// `{"targets":[{"mirror":…,"path":…,"root":SHA-256,"newest":[{"name":…,"content":Base64},…],"whole":[…]},…]}`
    var encoded: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("targets")
        json.beginArray()
        for (key, kept) in targets.sorted(by: { $0.key.text < $1.key.text }) {
            json.beginObject()
            json.member("mirror", key.mirror)
            json.member("path", key.path)
            json.member("root", key.root)
            json.key("newest")
            KeptTargets.write(kept.newest, to: &json)
            json.key("whole")
            KeptTargets.write(kept.whole, to: &json)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    /// Nil for anything else than what `encoded` gives.
    init?(decoding bytes: ArraySlice<UInt8>) {
        let limits = JSONLimits(
            maximumBytes: KeptTargets.maximumBytes, maximumStringBytes: KeptTargets.maximumBytes)
        guard let document = try? JSONDocument(parsing: Array(bytes), limits: limits).root,
            let listed = document["targets"]
        else { return nil }
        for target in listed.elements {
            guard let mirror = target["mirror"]?.string, let path = target["path"]?.string,
                let root = target["root"]?.string, let newest = KeptTargets.files(target["newest"]),
                let whole = KeptTargets.files(target["whole"])
            else { return nil }
            targets[Key(mirror: mirror, path: path, root: root)] = KeptTarget(newest: newest, whole: whole)
        }
    }

    private static func write(_ files: [TUFFile], to json: inout JSONWriter) {
        json.beginArray()
        for file in files {
            json.beginObject()
            json.member("name", file.name)
            json.member("content", Base64.encode(file.bytes))
            json.endObject()
        }
        json.endArray()
    }

    private static func files(_ list: JSONValue?) -> [TUFFile]? {
        guard let list else { return nil }
        var files: [TUFFile] = []
        for file in list.elements {
            guard let name = file["name"]?.string, let content = file["content"]?.string,
                let bytes = Base64.decode(content.utf8)
            else { return nil }
            files.append(TUFFile(name: name, bytes: bytes))
        }
        return files
    }
}

extension KeptTargets.Key {
    fileprivate var text: String { "\(mirror)\n\(path)\n\(root)" }
}
