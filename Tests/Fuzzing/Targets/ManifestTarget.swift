import OCI
import StrictJSON

/// The first byte chooses the `Content-Type`. No document is an index to one reader and an image to another; every digest
/// and every address stands in the document; the limits hold.
enum ManifestTarget {
    static func run(_ input: [UInt8]) {
        guard let choice = input.first else { return }
        let bytes = Array(input.dropFirst())
        let header = headers[Int(choice) % headers.count]
        _ = try? ImageConfig(parsing: bytes)
        let manifest: Manifest
        do throws(ManifestError) {
            manifest = try Manifest(parsing: bytes, contentType: header, limits: limits)
        } catch {
            hold(error.description.utf8.count < 16_384, "an error is short")
            hold(
                (try? Manifest(parsing: bytes + [0x0A], contentType: header, limits: limits)) == nil,
                "refused stays refused")
            return
        }
        check(manifest, bytes)
        for other in headers {
            guard let again = try? Manifest(parsing: bytes, contentType: other, limits: limits) else { continue }
            hold(again.isIndex == manifest.isIndex, "one document is one thing, whatever its header says")
        }
    }

    private static let headers: [String?] = [nil, "text/html", "application/json"] + MediaType.manifests
    private static let limits = ManifestLimits(maximumBytes: 65_536, maximumManifests: 16, maximumLayers: 16)

    private static func check(_ manifest: Manifest, _ bytes: [UInt8]) {
        guard let root = try? JSONDocument(parsing: bytes).root else { return hold(false, "a manifest is JSON") }
        let strings = Set(root.strings.map { Array($0.utf8) })
        for descriptor in manifest.descriptors {
            hold(strings.contains(Array(descriptor.digest.description.utf8)), "a digest stands in the document")
            hold(strings.contains(Array(descriptor.mediaType.utf8)), "a media type stands in the document")
            hold(descriptor.size >= 0, "a size is not negative")
            hold(descriptor.data.map { $0.count == descriptor.size } ?? true, "embedded data is as long as it says")
            hold(descriptor.urls.allSatisfy { strings.contains(Array($0.utf8)) }, "an address stands in the document")
        }
        hold(manifest.descriptors.count <= 18, "the limits of count hold")
        hold(root["manifests"] == nil || manifest.isIndex, "what has `manifests` is an index")
        hold(root["layers"] == nil || !manifest.isIndex, "what has `layers` is an image")
    }
}

extension Manifest {
    fileprivate var isIndex: Bool {
        if case .index = self { true } else { false }
    }

    fileprivate var descriptors: [Descriptor] {
        switch self {
        case .image(let image): [image.config] + image.layers + [image.subject].compactMap { $0 }
        case .index(let index): index.manifests + [index.subject].compactMap { $0 }
        }
    }
}
