import Cryptography
import OCI

/// Takes in the files of an image layout, whatever brings them, one after the other. Each blob is hashed as it passes;
/// only what may be a manifest is kept.
struct LayoutCollector: ~Copyable {
    private(set) var controlFiles: [ControlFile: [UInt8]] = [:]
    private(set) var blobs: [Digest: Blob] = [:]
    private var open: OpenFile = .ignored
    private var digester = SHA256Digester()
    private var expectedSize = 0
    private var takenSize = 0
    private var content: [UInt8]?
    private var keptBytes = 0
    /// Of all files until now, as they are said to be.
    private var announcedBytes = 0

    /// The files that tell what the others are.
    enum ControlFile: String, CaseIterable {
        case layoutVersion = "oci-layout"
        case index = "index.json"
        /// Of `docker save`.
        case dockerManifest = "manifest.json"
        /// Of `docker save` before Docker 1.10, kept for old readers since.
        case dockerRepositories = "repositories"
    }

    struct Blob {
        let size: Int
        /// Nil for what is no JSON, or is larger than any manifest.
        let json: [UInt8]?

        /// Whether it is no file system, nor a packed one: those have bytes of zero, and do not begin like an object.
        var isText: Bool { json?.contains(0) == false }
    }

    private enum OpenFile {
        case ignored
        case control(ControlFile)
        case blob(Digest)
    }

    /// distribution-spec asks registries to take manifests of 4 MiB; an index of a layout is no larger.
    private static let maximumJSONBytes = 4 << 20
    /// Of all that is kept. An image of many platforms has some dozens of manifests of a few KiB.
    private static let maximumKeptBytes = 64 << 20

    /// Of all files. Models are shipped in images of tens of gigabytes.
    static let maximumBytes = 128 << 30

    static var tooLong: LayoutError { LayoutError(.invalid, "is longer than the \(maximumBytes) bytes that are read") }

    /// - Parameters:
    ///   - path: without `.` and `..`, and with no slash at either end.
    ///   - size: in bytes, not negative; exactly as many are then taken.
    mutating func begin(_ path: String, size: Int) throws(LayoutError) {
        guard size <= LayoutCollector.maximumBytes - announcedBytes else { throw LayoutCollector.tooLong }
        announcedBytes += size
        (expectedSize, takenSize, content) = (size, 0, nil)
        if let name = ControlFile(rawValue: path) {
            guard controlFiles[name] == nil else { throw LayoutError(.invalid, "is there twice", in: path) }
            guard size <= LayoutCollector.maximumJSONBytes else {
                throw LayoutError(
                    .invalid, "is \(size) bytes long, at most \(LayoutCollector.maximumJSONBytes) are read", in: path)
            }
            (open, content) = (.control(name), [])
        } else if path.utf8.starts(with: "blobs/".utf8) {
            open = .blob(try LayoutCollector.digest(ofBlob: path))
            digester = SHA256Digester()
        } else {
            open = .ignored
        }
    }

    mutating func take(_ bytes: ArraySlice<UInt8>) {
        if case .blob = open {
            if takenSize == 0, bytes.first == UInt8(ascii: "{"), expectedSize <= LayoutCollector.maximumJSONBytes {
                content = []
            }
            bytes.withUnsafeBytes { digester.update($0) }
        }
        takenSize += bytes.count
        content?.append(contentsOf: bytes)
    }

    mutating func end() throws(LayoutError) {
        guard takenSize == expectedSize else {
            throw LayoutError(.invalid, "a file is shorter or longer than is said before it")
        }
        keptBytes += content?.count ?? 0
        guard keptBytes <= LayoutCollector.maximumKeptBytes else {
            throw LayoutError(
                .invalid,
                "its JSON files together are longer than the \(LayoutCollector.maximumKeptBytes) bytes that are read")
        }
        switch open {
        case .ignored: break
        case .control(let name): controlFiles[name] = content ?? []
        case .blob(let digest):
            var filled = SHA256Digester()
            swap(&filled, &digester)
            let hash = filled.finish()
            guard hash == digest.bytes else {
                throw LayoutError(
                    .invalid, "holds other bytes than its name says: their digest is sha256:\(hash.hexadecimal)",
                    in: "blobs/sha256/\(digest.hexadecimal)")
            }
            blobs[digest] = Blob(size: takenSize, json: content)
        }
        (open, content) = (.ignored, nil)
    }

    /// image-spec, image-layout.md: `blobs/<algorithm>/<hexadecimal>`.
    private static func digest(ofBlob path: String) throws(LayoutError) -> Digest {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(decoding: Array($0), as: UTF8.self) }
        guard parts.count == 3 else {
            throw LayoutError(
                .invalid, "is no name of a blob, expected `blobs/sha256/` and 64 hexadecimal digits", in: path)
        }
        do throws(DigestError) {
            return try Digest(parsing: "\(parts[1]):\(parts[2])", accepting: [.sha256])
        } catch {
            throw LayoutError(.invalid, "is no name of a blob: \(error)", in: path)
        }
    }
}
