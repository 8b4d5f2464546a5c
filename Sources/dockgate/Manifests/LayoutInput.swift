import Glibc
import ImageContents
import OCI
import PolicyDocuments

/// An image layout, in a directory or an archive, and under which names its images are judged.
struct LayoutInput {
    private let kind: InputKind
    private let name: String
    private let layout: ImageLayout

    /// Files of one directory of blobs; an image has some hundred.
    private static let maximumFiles = 20_000
    private static let pieceBytes = 1 << 20

    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return path != "-" && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// - Parameter deadline: until when it must be read.
    init(directory path: String, deadline: ContinuousClock.Instant) throws {
        (kind, name) = (.ociLayout, path)
        do {
            var reader = LayoutDirectory()
            for file in try LayoutInput.files(of: path) {
                try LayoutInput.read("\(path)/\(file)", as: file, into: &reader, deadline)
            }
            layout = try reader.finish()
        } catch let error as LayoutError {
            throw LayoutInput.failure(error, in: path)
        }
    }

    /// - Parameter start: what was read of the stream already.
    init(archive stream: inout ByteStream, after start: [UInt8], name: String) throws {
        (kind, self.name) = (.archive, name)
        do {
            var reader = ImageArchive()
            var piece = start
            while !piece.isEmpty {
                try reader.take(piece)
                piece = try stream.read(LayoutInput.pieceBytes)
            }
            layout = try reader.finish()
        } catch let error as LayoutError {
            throw LayoutInput.failure(error, in: name)
        }
    }

    /// Each image by each of its names, or by the one that `--as` gives.
    func input(_ options: InputOptions) throws(UsageError) -> InputFile {
        var images: [(text: String, path: String)] = []
        if let given = options.imageName {
            guard layout.images.count == 1, let image = layout.images.first else {
                throw UsageError("`\(name)` holds \(layout.images.count) images, and --as names one")
            }
            images = [(LayoutInput.text(given, image.digest), image.path)]
        } else {
            for image in layout.images {
                guard !image.names.isEmpty else {
                    throw UsageError(
                        "the image \(image.digest) at \(image.path) of `\(name)` has no full name; say with --as which one"
                            + " it has in its registry")
                }
                images += image.names.map { (LayoutInput.text($0, image.digest), image.path) }
            }
        }
        return InputFile(
            kind, [.images(NamedImages(layout: images, of: kind, in: name))],
            notices: layout.notices.map { "\(name): warning: \($0)" })
    }

    /// The name with the digest of the bytes. A digest in the name itself stays: if it is another one, there are two, and
    /// that is no reference.
    private static func text(_ name: String, _ digest: Digest) -> String {
        let isThere = name.utf8.reversed().starts(with: "@\(digest)".utf8.reversed())
        return isThere ? name : "\(name)@\(digest)"
    }

    // MARK: - Directories

    private static func files(of directory: String) throws(UsageError) -> [String] {
        let source = FileSystemSource()
        do throws(DocumentSourceError) {
            let names = try source.names(in: directory, limit: maximumFiles)
            var files = LayoutDirectory.controlFiles.filter(names.contains)
            guard names.contains("blobs") else { return files }
            for algorithm in try source.names(in: "\(directory)/blobs", limit: maximumFiles).sorted() {
                let blobs = try source.names(in: "\(directory)/blobs/\(algorithm)", limit: maximumFiles)
                files += blobs.sorted().map { "blobs/\(algorithm)/\($0)" }
            }
            return files
        } catch {
            throw UsageError("`\(directory)` \(error)")
        }
    }

    private static func read(
        _ path: String, as file: String, into reader: inout LayoutDirectory, _ deadline: ContinuousClock.Instant
    ) throws {
        var stream = try ByteStream(path, name: path, deadline: deadline)
        guard var rest = stream.size else { throw UsageError("`\(path)` is not a regular file") }
        try reader.begin(file, size: rest)
        // One byte more than it had tells that it grows.
        while rest >= 0 {
            let piece = try stream.read(min(pieceBytes, rest + 1))
            guard !piece.isEmpty else { break }
            reader.take(piece)
            rest -= piece.count
        }
        try reader.end()
    }

    /// What is not read here is a mistake of whoever named it. What contradicts itself is refused like an image: whoever
    /// made it may have meant it so.
    private static func failure(_ error: LayoutError, in name: String) -> any Error {
        let place = [name, error.file].compactMap { $0 }.joined(separator: ": ")
        switch error.kind {
        case .unsupported: return UsageError(error.message, at: place)
        case .invalid: return RefusedInput(error.message, at: place)
        }
    }
}
