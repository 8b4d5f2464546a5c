public import OCI
import Trust

/// The files of an OCI image layout, of which a test changes one.
public struct SimulatedLayout: Sendable {
    /// By path. `index.json` and `manifest.json` are made of what was added, unless they are set here.
    public var files: [String: [UInt8]] = ["oci-layout": Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)]
    private var entries: [String] = []
    private var saved: [String] = []

    public init() {}

    @discardableResult
    public mutating func add(blob: [UInt8]) -> Digest {
        let digest = Digest.sha256(of: blob)
        files["blobs/sha256/\(digest.hexadecimal)"] = blob
        return digest
    }

    /// Adds a manifest that exists elsewhere, without what it names.
    @discardableResult
    public mutating func add(
        manifest: [UInt8], mediaType: String = MediaType.ociManifest, annotations: [String: String] = [:]
    ) -> Digest {
        let digest = add(blob: manifest)
        list(digest, size: manifest.count, mediaType: mediaType, annotations: annotations)
        return digest
    }

    /// Adds an image of one layer. `names` are those of `docker save`; `annotations` stand in `index.json`.
    @discardableResult
    public mutating func addImage(
        content: String = "content", configType: String = MediaType.ociConfig,
        layerType: String = "application/vnd.oci.image.layer.v1.tar+gzip", names: [String]? = nil,
        annotations: [String: String] = [:], isListed: Bool = true
    ) -> Digest {
        let config = Array(
            #"{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]},"author":"\#(content)"}"#
                .utf8)
        let layer = Array(content.utf8)
        let (configDigest, layerDigest) = (add(blob: config), add(blob: layer))
        let manifest = Array(
            """
            {"schemaVersion":2,"mediaType":"\(MediaType.ociManifest)",\
            "config":{"mediaType":"\(configType)","digest":"\(configDigest)","size":\(config.count)},\
            "layers":[{"mediaType":"\(layerType)","digest":"\(layerDigest)","size":\(layer.count)}]}
            """.utf8)
        if let names {
            let tags = names.map { "\"\($0)\"" }.joined(separator: ",")
            saved.append(
                """
                {"Config":"blobs/sha256/\(configDigest.hexadecimal)","RepoTags":[\(tags)],\
                "Layers":["blobs/sha256/\(layerDigest.hexadecimal)"]}
                """)
        }
        let digest = add(blob: manifest)
        if isListed {
            list(digest, size: manifest.count, mediaType: MediaType.ociManifest, annotations: annotations)
        }
        return digest
    }

    /// Adds an index of these manifests, whether the layout holds them or not. `type` is that of each.
    @discardableResult
    public mutating func addIndex(
        of manifests: [Digest], type: String = MediaType.ociManifest, annotations: [String: String] = [:],
        isListed: Bool = true
    ) -> Digest {
        let entries = manifests.map { digest in
            let size = files["blobs/sha256/\(digest.hexadecimal)"]?.count ?? 7
            return #"{"mediaType":"\#(type)","digest":"\#(digest)","size":\#(size)}"#
        }
        let index = Array(
            #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[\#(entries.joined(separator: ","))]}"#
                .utf8)
        let digest = add(blob: index)
        if isListed { list(digest, size: index.count, mediaType: MediaType.ociIndex, annotations: annotations) }
        return digest
    }

    /// All files, sorted by path.
    public var allFiles: [(path: String, content: [UInt8])] {
        var all = files
        if all["index.json"] == nil {
            all["index.json"] = Array(#"{"schemaVersion":2,"manifests":[\#(entries.joined(separator: ","))]}"#.utf8)
        }
        if all["manifest.json"] == nil, !saved.isEmpty {
            all["manifest.json"] = Array("[\(saved.joined(separator: ","))]".utf8)
        }
        return all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// As `docker save` and `skopeo copy … oci-archive:` write it.
    public var archive: [UInt8] {
        var writer = TarWriter()
        writer.add("blobs/", type: "5")
        for file in allFiles { writer.add(file.path, file.content) }
        writer.end()
        return writer.bytes
    }

    private mutating func list(_ digest: Digest, size: Int, mediaType: String, annotations: [String: String]) {
        let texts = annotations.sorted { $0.key < $1.key }.map { #""\#($0.key)":"\#($0.value)""# }
        entries.append(
            """
            {"mediaType":"\(mediaType)","digest":"\(digest)","size":\(size),\
            "annotations":{\(texts.joined(separator: ","))}}
            """)
    }
}
