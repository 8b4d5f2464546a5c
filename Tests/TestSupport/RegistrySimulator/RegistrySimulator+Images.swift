public import OCI
import StrictJSON

/// One layer of a cosign signature manifest.
public struct SimulatedSignature: Sendable {
    public let payload: [UInt8]
    /// Base64.
    public let signature: String
    /// Besides the signature: certificate, chain, bundle.
    public let annotations: [(name: String, value: String)]

    public init(payload: [UInt8], signature: String, annotations: [(name: String, value: String)] = []) {
        self.payload = payload
        self.signature = signature
        self.annotations = annotations
    }
}

extension RegistrySimulator {
    /// Stores an image of one layer. Images with other `content` have other digests.
    @discardableResult
    public func pushImage(to path: String, tag: String? = nil, content: String = "content") -> Digest {
        let config = Array(
            #"{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}"#.utf8)
        let layer = Array(content.utf8)
        push(blob: config, to: path)
        push(blob: layer, to: path)
        let manifest = manifest(config: config) { writer in
            writer.descriptor(
                layer, digest(of: layer), mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", annotations: [])
        }
        return push(manifest: manifest, to: path, tag: tag)
    }

    /// Stores signatures of `image` where cosign puts them: one manifest under the tag `sha256-<hex>.sig`, a layer for
    /// each signature, the payloads as blobs.
    @discardableResult
    public func pushSignatures(
        _ signatures: [SimulatedSignature], of image: Digest, to path: String
    ) -> Digest {
        let config = Array(#"{"architecture":"","os":"","config":{},"rootfs":{"type":"layers","diff_ids":[]}}"#.utf8)
        push(blob: config, to: path)
        for signature in signatures { push(blob: signature.payload, to: path) }
        let manifest = manifest(config: config) { writer in
            for signature in signatures {
                writer.descriptor(
                    signature.payload, digest(of: signature.payload),
                    mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
                    annotations: [("dev.cosignproject.cosign/signature", signature.signature)] + signature.annotations)
            }
        }
        return push(manifest: manifest, to: path, tag: image.tagPrefix + ".sig")
    }

    private func manifest(config: [UInt8], layers: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("schemaVersion", 2)
        writer.member("mediaType", "application/vnd.oci.image.manifest.v1+json")
        writer.key("config")
        writer.descriptor(
            config, digest(of: config), mediaType: "application/vnd.oci.image.config.v1+json", annotations: [])
        writer.key("layers")
        writer.beginArray()
        layers(&writer)
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func descriptor(
        _ bytes: [UInt8], _ digest: Digest, mediaType: String, annotations: [(name: String, value: String)]
    ) {
        beginObject()
        member("mediaType", mediaType)
        member("digest", digest.description)
        member("size", bytes.count)
        if !annotations.isEmpty {
            key("annotations")
            beginObject()
            for annotation in annotations {
                key(text: annotation.name)
                string(annotation.value)
            }
            endObject()
        }
        endObject()
    }
}
