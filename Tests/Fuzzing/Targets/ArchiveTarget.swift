import ImageContents
import OCI
import Trust

/// An archive gives the same in pieces of any size; every image's digest is that of one of the files; the limits hold.
///
/// Bytes that begin with `{` are a layout: its files, with a NUL between, `index.json` first, `manifest.json` second, then
/// the blobs. `@0` in them stands for the hexadecimal digest of the first blob, and `#0` for its size. All else is a tar
/// archive whose headers get the checksums that they need: no search finds them.
enum ArchiveTarget {
    static func run(_ input: [UInt8]) {
        guard input.first == UInt8(ascii: "{") else { return checkArchive(input) }
        var blobs = input.split(separator: 0, omittingEmptySubsequences: false).map { Array($0) }
        let index = blobs.removeFirst()
        let manifest = blobs.isEmpty ? nil : blobs.removeFirst()
        guard blobs.count <= 8 else { return }
        // A blob may name those behind it: what is hashed cannot hold its own digest.
        for position in blobs.indices.reversed() { blobs[position] = filled(blobs[position], from: blobs) }
        check(
            index: filled(index, from: blobs), manifest: manifest.map { filled($0, from: blobs) }, blobs)
    }

    // MARK: - Layouts

    private static func filled(_ text: [UInt8], from blobs: [[UInt8]]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text[...]
        while let sign = rest.popFirst() {
            let number = rest.first.map { Int($0) - 0x30 } ?? -1
            guard [UInt8(ascii: "@"), UInt8(ascii: "#")].contains(sign), blobs.indices.contains(number) else {
                result.append(sign)
                continue
            }
            rest.removeFirst()
            let blob = blobs[number]
            let value = sign == UInt8(ascii: "@") ? Digest.sha256(of: blob).hexadecimal : "\(blob.count)"
            result += Array(value.utf8)
        }
        return result
    }

    private static func check(index: [UInt8], manifest: [UInt8]?, _ blobs: [[UInt8]]) {
        let digests = blobs.map { Digest.sha256(of: $0) }
        var files = [("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)), ("index.json", index)]
        if let manifest, !manifest.isEmpty { files.append(("manifest.json", manifest)) }
        files += zip(digests, blobs).map { ("blobs/sha256/\($0.hexadecimal)", $1) }
        do throws(LayoutError) {
            var reader = LayoutDirectory()
            for (path, content) in files {
                try reader.begin(path, size: content.count)
                reader.take(content)
                try reader.end()
            }
            let layout = try reader.finish()
            hold(
                !layout.images.isEmpty && layout.images.count <= ImageLayout.maximumImages, "the limit of images holds")
            hold(layout.images.allSatisfy { digests.contains($0.digest) }, "an image is one of the files")
        } catch {
            hold(error.description.utf8.count < 65_536, "an error is short")
        }
    }

    // MARK: - Archives

    private static func checkArchive(_ input: [UInt8]) {
        let archive = checksummed(input)
        let whole = outcome(archive, pieceSize: archive.count)
        for pieceSize in [1, 511, 513] {
            hold(outcome(archive, pieceSize: pieceSize) == whole, "pieces of \(pieceSize) bytes give the same")
        }
    }

    /// The digests of the images, or nil.
    private static func outcome(_ archive: [UInt8], pieceSize: Int) -> [Digest]? {
        do throws(LayoutError) {
            var reader = ImageArchive()
            var rest = archive[...]
            while !rest.isEmpty {
                try reader.take(Array(rest.prefix(pieceSize)))
                rest = rest.dropFirst(pieceSize)
            }
            return try reader.finish().images.map(\.digest)
        } catch {
            hold(error.description.utf8.count < 65_536, "an error is short")
            return nil
        }
    }

    private static func checksummed(_ input: [UInt8]) -> [UInt8] {
        var archive = input
        for start in stride(from: 0, through: archive.count - 512, by: 512)
        where archive[(start + 257)...].starts(with: "ustar".utf8) {
            archive.replaceSubrange((start + 148)..<(start + 156), with: Array("        ".utf8))
            let sum = archive[start..<(start + 512)].reduce(0) { $0 + Int($1) }
            let digits = String(sum, radix: 8)
            let field = String(repeating: "0", count: max(0, 6 - digits.count)) + digits + "\0 "
            archive.replaceSubrange((start + 148)..<(start + 156), with: Array(field.utf8))
        }
        return archive
    }
}
