import OCI
import Outbound
import StrictJSON
import Trust

/// The pages in which a registry lists referrers (distribution-spec, "Listing Referrers"), and the one index that they
/// come to.
struct ReferrerList {
    /// Registries give 50 entries a page or more, and nobody looks at more than some hundred of them.
    static let maximumPages = 32

    private let locator: Locator
    private let limit: Int
    private var pages: [[UInt8]] = []
    private var read: Set<OutboundURL> = []

    enum Next {
        case page(OutboundURL)
        case end(Fetched)
    }

    /// - Parameter limit: bytes of all pages together.
    init(of locator: Locator, limit: Int) {
        self.locator = locator
        self.limit = limit
    }

    /// Takes a page and says where the next one is. Whoever may push can make a list too long, which is a violation; a list
    /// that leads to another host, or in a circle, is the registry's own doing, so nothing is known of what it lists.
    mutating func add(_ page: OutboundResponse, from url: OutboundURL) -> Next {
        guard RegistryContent.mediaType(page.value(of: "content-type")).map(MediaType.isIndex) == true else {
            // A registry that does not know the question may answer with a web page.
            return .end(pages.isEmpty ? .absent : .violated(malformed("a page of another type than the first")))
        }
        pages.append(page.body)
        read.insert(url)
        guard pages.reduce(0, { $0 + $1.count }) <= limit else {
            return .end(.violated(.tooLarge(PullScope(pulling: locator.repository), limit: limit)))
        }
        guard let link = WebLink.next(in: page.values(of: "link")) else { return .end(joined) }
        guard let next = try? url.resolving(location: link), next.scheme == url.scheme,
            next.authority.utf8.elementsEqual(url.authority.utf8)
        else { return .end(.undetermined(astray("its list of referrers goes on at another host"))) }
        guard !read.contains(next) else {
            return .end(.undetermined(astray("its list of referrers leads in a circle")))
        }
        guard pages.count < ReferrerList.maximumPages else { return .end(.violated(tooManyPages)) }
        return .page(next)
    }

    /// One page as it is. Of several an index is made of their entries, each as it stood there.
    private var joined: Fetched {
        if pages.count == 1, let page = pages.first { return found(page) }
        var entries: [[UInt8]] = []
        for page in pages {
            let limits = JSONLimits(maximumBytes: limit, maximumStringBytes: limit)
            guard let root = try? JSONDocument(parsing: page, limits: limits).root, let list = root["manifests"],
                list.kind == .array
            else { return .violated(malformed("a page of referrers that is no index")) }
            entries += list.elements.map { Array(page[$0.byteRange]) }
        }
        let head = #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":["#
        return found(Array(head.utf8) + entries.joined(separator: ",".utf8) + Array("]}".utf8))
    }

    private func found(_ bytes: [UInt8]) -> Fetched {
        .found(Fetched.Content(bytes: bytes, digest: .sha256(of: bytes), mediaType: MediaType.ociIndex))
    }

    private func malformed(_ what: String) -> Refusal {
        Refusal(
            .manifestInvalid, found: "`\(locator.repository.domain)` gives \(what)",
            expected: "an index in the format of OCI")
    }

    private func astray(_ what: String) -> Refusal { .unavailable(PullScope(pulling: locator.repository), what) }

    private var tooManyPages: Refusal {
        Refusal(
            .limitExceeded,
            found: "`\(locator.repository.domain)` lists referrers on more than \(ReferrerList.maximumPages) pages",
            expected: "at most \(ReferrerList.maximumPages) pages",
            cure: "remove signatures and attestations that are no longer needed")
    }
}
