import Cryptography
import OCI
import TestSupport
import Testing
import Trust

/// The layouts in which the simulated signatures lie in a registry are read as registries' manifests are.
@Suite struct SignatureArtifactTests {
    private let image = Array("an image manifest".utf8)
    private var sigstore: SigstoreSimulator

    init() throws { sigstore = try SigstoreSimulator() }

    private func manifest(_ artifact: SignatureArtifact) throws -> ImageManifest {
        guard case .image(let manifest) = try Manifest(parsing: artifact.bytes, contentType: MediaType.ociManifest)
        else {
            throw ManifestError.unsupported(path: "$", found: "an index", expected: "a manifest")
        }
        let blobs = [manifest.config] + manifest.layers
        #expect(blobs.map(\.digest) == artifact.blobs.map { Digest.sha256(of: $0) })
        #expect(blobs.map(\.size) == artifact.blobs.map(\.count))
        return manifest
    }

    private mutating func layer(_ order: SigningOrder) throws -> SimulatedLayer {
        try #require(try sigstore.sign(image, order).layer)
    }

    @Test("signatures under a tag: one layer each, with what proves it in its annotations")
    mutating func tagged() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let layers = [try layer(.signatureLayer()), try layer(.signatureLayer(by: .key(key)).timestamped)]
        let manifest = try manifest(.tagged(layers))
        #expect(manifest.subject == nil)
        #expect(manifest.layers.map(\.mediaType) == [SimulatedLayer.simpleSigning, SimulatedLayer.simpleSigning])
        for (descriptor, layer) in zip(manifest.layers, layers) {
            #expect(
                Dictionary(uniqueKeysWithValues: descriptor.annotations.entries.map { ($0, $1) }) == layer.annotations)
        }
        #expect(
            layers[0].annotations[SimulatedLayer.certificateKey]?.hasPrefix("-----BEGIN CERTIFICATE-----\n") == true)
        #expect(layers[1].annotations[SimulatedLayer.certificateKey] == nil)
        #expect(layers[1].annotations[SimulatedLayer.timestampKey] != nil)
    }

    @Test("the experimental layout: the same layers in a manifest that refers to the image")
    mutating func referring() throws {
        let subject = ImageDescriptor(bytes: image)
        let manifest = try manifest(.referring(to: subject, "att", [try layer(.attestationLayer())]))
        #expect(manifest.artifactType == "application/vnd.dev.cosign.artifact.att.v1+json")
        #expect(manifest.config.mediaType == manifest.artifactType)
        #expect(manifest.subject?.digest == Digest.sha256(of: image))
        #expect(manifest.layers.map(\.mediaType) == [SimulatedLayer.envelope])
    }

    @Test("bundles: one layer in a manifest that refers to the image, and an index that lists them all")
    mutating func bundles() throws {
        let subject = ImageDescriptor(bytes: image)
        let artifacts = try [SigningOrder.bundle(), .message()].map { order in
            SignatureArtifact.bundle(try #require(try sigstore.sign(image, order).bundle), about: subject)
        }
        let type = BundleDraft.Version.v03.rawValue
        let contents = try artifacts.map { artifact in
            let manifest = try manifest(artifact)
            #expect(manifest.artifactType == type)
            #expect(manifest.config.mediaType == MediaType.ociEmpty)
            #expect(manifest.layers.map(\.mediaType) == [type])
            #expect(manifest.subject?.digest == Digest.sha256(of: image))
            return manifest.annotations["dev.sigstore.bundle.content"]
        }
        #expect(contents == ["dsse-envelope", "message-signature"])
        let bytes = SignatureArtifact.index(of: artifacts).bytes
        guard case .index(let index) = try Manifest(parsing: bytes, contentType: MediaType.ociIndex) else {
            Issue.record("an image manifest, expected an index")
            return
        }
        #expect(index.manifests.map(\.digest) == artifacts.map(\.digest))
        #expect(index.manifests.map(\.artifactType) == [type, type])
    }
}
