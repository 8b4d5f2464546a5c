public import OCI
import Synchronization
public import Trust

/// A source that remembers what was seen through it, so that it can be asked whether a new look would see the same. It
/// goes by content and not by times, which a copy may keep and a clock may get wrong.
public final class WatchedSource: DocumentSource {
    private let source: any DocumentSource
    private let looks = Mutex<[Look: [UInt8]]>([:])

    /// Something that was asked for.
    private enum Look: Hashable {
        case directory(String, limit: Int)
        case file(String, limit: Int)
        case mirror(MirroredTarget)

        /// Without the limit, and of a target what no file is called.
        var name: [UInt8] {
            switch self {
            case .directory(let path, _): Array("true \(path)\0".utf8)
            case .file(let path, _): Array("false \(path)\0".utf8)
            case .mirror(let target): target.name
            }
        }
    }

    public init(_ source: some DocumentSource) {
        self.source = source
    }

    public func names(in directory: String, limit: Int) throws(DocumentSourceError) -> [String] {
        let result = Result { () throws(DocumentSourceError) in try source.names(in: directory, limit: limit) }
        note(.directory(directory, limit: limit), WatchedSource.content(result))
        return try result.get()
    }

    public func read(_ path: String, limit: Int) throws(DocumentSourceError) -> [UInt8] {
        let result = Result { () throws(DocumentSourceError) in try source.read(path, limit: limit) }
        note(.file(path, limit: limit), WatchedSource.content(result))
        return try result.get()
    }

    public func material(of target: MirroredTarget) -> MirroredMaterial {
        let material = source.material(of: target)
        note(.mirror(target), material.encoded)
        return material
    }

    public func generation(of directory: String) -> String { source.generation(of: directory) }

    /// A digest of all that was seen; where something was asked for twice, of the second time.
    public var seen: Digest { WatchedSource.digest(of: looks.withLock { $0 }) }

    /// The same digest of what is there now. It reads every file again.
    public func lookAgain() -> Digest {
        let looks = looks.withLock { $0 }.keys
        return WatchedSource.digest(of: Dictionary(uniqueKeysWithValues: looks.map { ($0, content(of: $0)) }))
    }

    private func note(_ look: Look, _ content: [UInt8]) {
        looks.withLock { $0[look] = content }
    }

    private func content(of look: Look) -> [UInt8] {
        switch look {
        case .directory(let path, let limit):
            WatchedSource.content(
                Result { () throws(DocumentSourceError) in try source.names(in: path, limit: limit) })
        case .file(let path, let limit):
            WatchedSource.content(Result { () throws(DocumentSourceError) in try source.read(path, limit: limit) })
        case .mirror(let target): source.material(of: target).encoded
        }
    }

    /// Only the names of policies count: what else comes and goes beside them changes nothing.
    private static func content(_ result: Result<[String], DocumentSourceError>) -> [UInt8] {
        switch result {
        case .success(let names):
            // No file name holds a slash.
            let policies = names.filter(PolicyDirectory.isPolicyFile).sorted {
                $0.utf8.lexicographicallyPrecedes($1.utf8)
            }
            return Array("names \(policies.joined(separator: "/"))".utf8)
        case .failure(let error): return Array("failure \(error)".utf8)
        }
    }

    private static func content(_ result: Result<[UInt8], DocumentSourceError>) -> [UInt8] {
        switch result {
        case .success(let bytes): Digest.sha256(of: bytes).bytes
        case .failure(let error): Array("failure \(error)".utf8)
        }
    }

    private static func digest(of looks: [Look: [UInt8]]) -> Digest {
        let lines = looks.map { look, content in
            Digest.sha256(of: look.name + content).bytes
        }
        return Digest.sha256(of: Array(lines.sorted { $0.lexicographicallyPrecedes($1) }.joined()))
    }
}
