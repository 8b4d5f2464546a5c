import OCI
import Sigstore
import StrictJSON

/// Something that hangs on an image, or the image itself.
struct Artifact: Sendable {
    let place: Place
    let digest: Digest
    let size: Int
    /// Of an artifact what it calls itself, of an image its media type.
    let type: String
    /// Why it is not what it was listed as.
    var problem: String?
    var holdings: [Holding] = []
    /// What hangs on it in turn.
    var artifacts: [Artifact] = []

    enum Place: Sendable {
        case image(Repository)
        case tag(String)
        /// It says itself that it is about what it hangs on.
        case referrer
        /// An entry of an index.
        case platform(String)
    }
}

/// One thing that an artifact holds, as it says itself.
enum Holding: Sendable {
    case signature(ClaimedSigner, [LogEntry])
    /// The type is nil if it is not said.
    case attestation(predicateType: String?, ClaimedSigner, [LogEntry])
    case content(mediaType: String, size: Int)
    case unreadable(String)
}

// MARK: - For people

extension Artifact {
    /// A line for itself, and below it, further in, what it holds and what hangs on it.
    func lines(_ indentation: String = "") -> [String] {
        let further = indentation + "  "
        let problem = problem.map { [further + "problem: \($0)".printable] } ?? []
        return [indentation + heading.printable] + problem + holdings.map { further + $0.words.printable }
            + artifacts.flatMap { $0.lines(further) }
    }

    private var heading: String {
        let about = "\(type)  \(byteCount(size))"
        switch place {
        case .image(let repository): return "\(repository)@\(digest)  \(about)"
        case .tag(let tag): return "tag \(tag)  \(digest)  \(about)"
        case .referrer: return "referrer \(digest)  \(about)"
        case .platform(let platform): return "\(platform)  \(digest)  \(about)"
        }
    }
}

extension Holding {
    fileprivate var words: String {
        switch self {
        case .signature(let signer, let entries): "signature by \(signer.summary)\(Holding.logged(entries))"
        case .attestation(let type, let signer, let entries):
            "attestation \(type.map { "of type `\($0)` " } ?? "")by \(signer.summary)\(Holding.logged(entries))"
        case .content(let mediaType, let size): "\(mediaType)  \(byteCount(size))"
        case .unreadable(let problem): "cannot be read: \(problem)"
        }
    }

    private static func logged(_ entries: [LogEntry]) -> String {
        entries.map { ", log entry \($0.index)" }.joined()
    }
}

// MARK: - For programs

extension Artifact {
    /// Members of an object.
    func write(to writer: inout JSONWriter) {
        switch place {
        case .image(let repository): writer.member("image", "\(repository)@\(digest)")
        case .tag(let tag): writer.member("tag", tag)
        case .referrer: writer.member("referrer", true)
        case .platform(let platform): writer.member("platform", platform)
        }
        writer.member("digest", digest.description)
        writer.member("type", type)
        writer.member("size", size)
        if let problem { writer.member("problem", problem) }
        writer.objects("holds", holdings) { $0.write(to: &$1) }
        writer.objects("artifacts", artifacts) { $0.write(to: &$1) }
    }
}

extension Holding {
    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .signature(let signer, let entries):
            writer.member("kind", "signature")
            Holding.write(signer, entries, to: &writer)
        case .attestation(let type, let signer, let entries):
            writer.member("kind", "attestation")
            if let type { writer.member("predicateType", type) }
            Holding.write(signer, entries, to: &writer)
        case .content(let mediaType, let size):
            writer.member("kind", "content")
            writer.member("mediaType", mediaType)
            writer.member("size", size)
        case .unreadable(let problem):
            writer.member("kind", "unreadable")
            writer.member("problem", problem)
        }
    }

    private static func write(_ signer: ClaimedSigner, _ entries: [LogEntry], to writer: inout JSONWriter) {
        writer.key("signer")
        writer.beginObject()
        writer.members(of: signer)
        writer.endObject()
        writer.objects("entries", entries) { $0.writeEvidence(to: &$1) }
    }
}
