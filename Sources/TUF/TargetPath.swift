import Cryptography

/// The path of a target, as targets metadata lists it: compared by its bytes, and confined to the folder of targets.
struct TargetPath: Hashable, Sendable {
    let bytes: [UInt8]

    /// Nil for an absolute path, for segments that are empty, `.` or `..`, for control characters, and for a path too long to
    /// name a file.
    init?(_ path: String) {
        bytes = Array(path.utf8)
        let dot = UInt8(ascii: ".")
        let isConfined = segments.allSatisfy { segment in
            !segment.isEmpty && !segment.elementsEqual([dot]) && !segment.elementsEqual([dot, dot])
        }
        guard isConfined, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        guard fileName.utf8.count <= FileName.maximumBytes else { return nil }
    }

    /// One name for the whole path.
    var fileName: String { percentEncoded(bytes) }

    /// Where a repository has the file: each segment percent-encoded, the hash before the last one if there is one.
    func location(hash: [UInt8]?) -> String {
        var names = segments.map { percentEncoded($0) }
        if let hash, let last = names.popLast() { names.append("\(hash.hexadecimal).\(last)") }
        return names.joined(separator: "/")
    }

    /// SHA-256 of the path in hexadecimal, by which targets are spread over roles.
    var hashText: [UInt8] { Array(SHA2.sha256(bytes).hexadecimal.utf8) }

    var segments: [ArraySlice<UInt8>] {
        bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    }
}

extension TUFUpdate {
    /// Whether any target can have that path; an update that is asked for another one is refused as `unusablePath`.
    public static func canLook(for path: String) -> Bool { TargetPath(path) != nil }
}
