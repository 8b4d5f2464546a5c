import Cryptography
import OCI
import StrictJSON
import Testing
import Trust

/// The tests of github.com/containers/image, which Podman, Buildah and Skopeo are built on.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct ContainersImageTests {
    private static let simpleSigning = "OpenPGP signatures are not verified by this version"
    private static let transparencyLog = "transparency logs are not verified by this version"
    private static let certificates = "signatures by certificates are not verified by this version"
    private static let policyJSON = "containers-policy.json is not read by this version"

    private static let unversioned = "a signature without tag or digest, as cosign makes them all, counts for a digest"
    private static let differing = [unversioned: ["identity-matchRepoDigestOrExact-10"]]

    private let key: PrivateKey

    init() throws { key = try PrivateKey.generate(.ecdsaP256) }

    @Test("signatures by keys, and the names they are for, are judged as containers/image judges them")
    func cases() async throws {
        try await ConformanceSuite("containers-image").run(
            notBuilt: [
                Self.simpleSigning: 18, Self.transparencyLog: 8, Self.certificates: 2, Self.policyJSON: 1,
            ], differing: Self.differing
        ) { test in
            switch test.kind {
            case "cosign-image": try await image(test)
            case "identity-match": try await name(test)
            case "gpg-signature", "gpg-image": .notBuilt(Self.simpleSigning)
            case "policy-parse": .notBuilt(Self.policyJSON)
            default: throw UnknownKind(kind: test.kind)
            }
        }
    }

    /// The rules of containers-policy.json(5) as the `identity` of an attestor that is meant for one image.
    ///
    /// An attestor for many images can ask that they are signed for their own repository, and never that they are signed
    /// with their own tag: whoever verifies sees the digest alone. Where a policy is for one image, its reference can be
    /// written out.
    private static func identity(_ rule: String, of image: String) throws -> String {
        let words = rule.split(separator: ":", maxSplits: 1).map(String.init)
        switch words[0] {
        case "matchRepository": return "repository"
        case "matchExact": return "{exactReference: \"\(image)\"}"
        case "matchRepoDigestOrExact":
            let written = try? WrittenReference(parsing: image)
            let isByDigest = written?.digest != nil && written?.tag == nil
            return isByDigest ? "repository" : "{exactReference: \"\(image)\"}"
        case "exactReference", "exactRepository": return "{\(words[0]): \"\(words.last ?? "")\"}"
        default: throw UnknownKind(kind: rule)
        }
    }

    // MARK: - Images

    private func image(_ test: ConformanceCase) async throws -> Verdict {
        if test.parameters["require_rekor"]?.boolean == true { return .notBuilt(Self.transparencyLog) }
        guard let keys = test.inputs["keys"] else { return .notBuilt(Self.certificates) }
        let image = try #require(test.text("reference"))
        let identity = try Self.identity(try #require(test.text("identity")), of: image)
        var gate = PolicyGate()
        var names: [String] = []
        for (index, file) in keys.elements.enumerated() {
            names.append("key\(index)")
            gate.believe("key\(index)", key: try test.file(named: try #require(file.string)), identity: identity)
        }
        gate.demand("signature: {anyOf: [\(names.joined(separator: ", "))]}")

        let reference = try ImageReference(parsing: image)
        guard test.inputs["manifest"] != nil else { return try await gate.decision(on: image).verdict }
        let manifest = try test.file("manifest")
        gate.serve(manifest, in: reference.repository, as: reference.tag ?? "latest")
        var layers: [SignatureLayer] = []
        for file in test.texts("signatures") {
            let source = try test.file(named: file)
            let signature = try JSONDocument(parsing: source).root
            let annotations = signature["annotations"].map { source[$0.byteRange] } ?? ArraySlice("{}".utf8)
            let payload = try #require(signature["payload"]?.string)
            layers.append(
                SignatureLayer(
                    mediaType: try #require(signature["mimeType"]?.string),
                    payload: try #require(Base64.decode(payload.utf8)),
                    annotations: String(decoding: annotations, as: UTF8.self)))
        }
        gate.serve(layers, of: .sha256(of: manifest), in: reference.repository)
        return try await gate.decision(on: image).verdict
    }

    // MARK: - Names

    /// The comparison of names alone: a signature that is genuine in everything else is made under one name and judged for
    /// an image under another.
    private func name(_ test: ConformanceCase) async throws -> Verdict {
        let image = try #require(test.text("image_reference"))
        let rule = try #require(test.text("rule"))
        switch rule {
        case "remapIdentity.prefix":
            // What is below the prefix has to be signed under another name, everything else under its own.
            let prefix = try #require(test.text("prefix"))
            let identity = moved(below: "signed.example/elsewhere", from: prefix)
            if try await verdict(on: image, signedAs: image, identity).isAccepted {
                return .refused("the image is not below the prefix")
            }
            let rest = try ImageReference(parsing: image).repository.description.dropFirst(prefix.utf8.count)
            return try await verdict(on: image, signedAs: "signed.example/elsewhere\(rest)", identity)
        case "remapIdentity":
            let identity = moved(below: test.text("signed_prefix"), from: test.text("prefix"))
            return try await verdict(on: image, signedAs: test.text("remapped") ?? "", identity)
        default:
            let signed = try #require(test.text("signature_reference"))
            var verdicts = [try await verdict(on: image, signedAs: signed, Self.identity(rule, of: image))]
            if test.parameters["symmetric"]?.boolean == true {
                verdicts.append(try await verdict(on: signed, signedAs: image, Self.identity(rule, of: signed)))
            }
            guard let other = verdicts.first(where: { $0.isAccepted != test.isAccepted }) else { return verdicts[0] }
            let isUnversioned = rule == "matchRepoDigestOrExact" && !signed.contains { ":@".contains($0) }
            return isUnversioned && other.isAccepted ? .differs(Self.unversioned) : other
        }
    }

    private func moved(below signedPrefix: String?, from prefix: String?) -> String {
        "{prefix: \"\(prefix ?? "")\", signedPrefix: \"\(signedPrefix ?? "")\"}"
    }

    private func verdict(on image: String, signedAs name: String, _ identity: String) async throws -> Verdict {
        guard let reference = try? ImageReference(parsing: image) else { return .refused("`\(image)` is no image") }
        var gate = PolicyGate()
        gate.believe("key", key: try key.publicKeyPEM, identity: identity)
        gate.demand("signature: {by: key}")
        let manifest = PolicyGate.manifest(layers: "")
        gate.serve(manifest, in: reference.repository, as: reference.tag ?? "latest")
        let digest = reference.digest ?? .sha256(of: manifest)
        let payload = Array(
            """
            {"critical":{"identity":{"docker-reference":"\(name)"},"image":{"docker-manifest-digest":"\(digest)"},\
            "type":"cosign container image signature"},"optional":null}
            """.utf8)
        let signature = Base64.encode(try key.sign(payload, scheme: .ecdsa(.sha256)))
        let layer = SignatureLayer(
            mediaType: "application/vnd.dev.cosign.simplesigning.v1+json", payload: payload,
            annotations: "{\"dev.cosignproject.cosign/signature\":\"\(signature)\"}")
        gate.serve([layer], of: digest, in: reference.repository)
        return try await gate.decision(on: image).verdict
    }
}

/// A signature as cosign's manifest beside the image holds it.
private struct SignatureLayer {
    let mediaType: String
    let payload: [UInt8]
    /// A JSON object.
    let annotations: String

    var json: String {
        """
        {"mediaType":"\(mediaType)","size":\(payload.count),"digest":"\(Digest.sha256(of: payload))",\
        "annotations":\(annotations)}
        """
    }
}

extension PolicyGate {
    fileprivate mutating func serve(_ signatures: [SignatureLayer], of image: Digest, in repository: Repository) {
        for signature in signatures { serve(blob: signature.payload) }
        let layers = signatures.map(\.json).joined(separator: ",")
        serve(PolicyGate.manifest(layers: layers), in: repository, as: "\(image.tagPrefix).sig")
    }

    fileprivate static func manifest(layers: String) -> [UInt8] {
        Array(
            """
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":\
            "application/vnd.oci.image.config.v1+json","size":2,"digest":"\(Digest.sha256(of: Array("{}".utf8)))"},\
            "layers":[\(layers)]}
            """.utf8)
    }
}
