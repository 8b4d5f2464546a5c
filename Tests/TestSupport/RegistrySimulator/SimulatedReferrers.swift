import Foundation
public import OCI
import StrictJSON
import Synchronization

/// What a registry knows of the referrers API.
public enum SimulatedReferrers: Sendable {
    /// It answers 404, as registries do that are older than OCI 1.1.
    case none
    /// It lists every manifest whose `subject` is the digest, so many on a page.
    case listed(perPage: Int)
}

extension RegistrySimulator {
    /// Stores a manifest that says it is about `subject`: an artifact of that type, with one layer. Without the referrers
    /// API a client that pushes also lists it under the fallback tag: `listUnderTag`.
    @discardableResult
    public func pushArtifact(
        _ type: String, layer: [UInt8], mediaType: String, about subject: Digest, to path: String,
        annotations: [(name: String, value: String)] = [], listUnderTag: Bool = false
    ) -> Digest {
        push(blob: Array("{}".utf8), to: path)
        push(blob: layer, to: path)
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("schemaVersion", 2)
        writer.member("mediaType", MediaType.ociManifest)
        writer.member("artifactType", type)
        writer.key("config")
        writer.descriptor(MediaType.ociEmpty, digest(of: Array("{}".utf8)), size: 2)
        writer.key("layers")
        writer.beginArray()
        writer.descriptor(mediaType, digest(of: layer), size: layer.count)
        writer.endArray()
        writer.key("subject")
        writer.descriptor(MediaType.ociManifest, subject, size: manifest("\(subject)", of: path)?.count ?? 1)
        writer.key("annotations")
        writer.beginObject()
        for annotation in annotations {
            writer.key(text: annotation.name)
            writer.string(annotation.value)
        }
        writer.endObject()
        writer.endObject()
        let pushed = push(manifest: writer.bytes, to: path)
        if listUnderTag {
            let index = index(of: referrers(of: subject, in: path))
            push(manifest: index, mediaType: MediaType.ociIndex, to: path, tag: subject.tagPrefix)
        }
        return pushed
    }

    /// The answer to a question for referrers; nil if it is none, or nobody here knows the question.
    func referrers(_ path: String, _ target: String) -> SimulatedAnswer? {
        guard case .listed(let perPage) = state.withLock({ $0.referrers }),
            let range = path.range(of: "/referrers/"),
            let digest = try? Digest(parsing: String(path[range.upperBound...]))
        else { return nil }
        let name = String(path[..<range.lowerBound].dropFirst("/v2/".count))
        let entries = referrers(of: digest, in: name)
        let first = target.split(separator: "=").count == 2 ? Int(target.split(separator: "=")[1]) ?? 0 : 0
        var headers = [(name: "Content-Type", value: MediaType.ociIndex)]
        if first + perPage < entries.count {
            headers.append((name: "Link", value: "<\(path)?from=\(first + perPage)>; rel=\"next\""))
        }
        return SimulatedAnswer(
            status: 200, headers: headers, body: index(of: Array(entries.dropFirst(first).prefix(perPage))))
    }

    private func referrers(of subject: Digest, in path: String) -> [(
        digest: Digest, bytes: [UInt8], manifest: ImageManifest
    )] {
        let stored = state.withLock { $0.manifests }.filter { $0.key.hasPrefix("\(path)/manifests/sha256:") }
        return stored.sorted { $0.key < $1.key }.compactMap { _, object in
            guard case .image(let manifest)? = try? Manifest(parsing: object.bytes, contentType: nil),
                manifest.subject?.digest == subject
            else { return nil }
            return (digest(of: object.bytes), object.bytes, manifest)
        }
    }

    private func index(of entries: [(digest: Digest, bytes: [UInt8], manifest: ImageManifest)]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("schemaVersion", 2)
        writer.member("mediaType", MediaType.ociIndex)
        writer.key("manifests")
        writer.beginArray()
        for entry in entries {
            writer.descriptor(
                entry.manifest.mediaType, entry.digest, size: entry.bytes.count,
                artifactType: entry.manifest.artifactType ?? entry.manifest.config.mediaType)
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func descriptor(
        _ mediaType: String, _ digest: Digest, size: Int, artifactType: String? = nil
    ) {
        beginObject()
        member("mediaType", mediaType)
        member("digest", digest.description)
        member("size", size)
        if let artifactType { member("artifactType", artifactType) }
        endObject()
    }
}
