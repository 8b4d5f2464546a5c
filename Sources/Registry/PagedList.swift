import OCI
import Outbound
import StrictJSON
import Trust

/// The pages in which a registry lists referrers or tags (distribution-spec, "Listing Referrers", "Listing Tags"), and the
/// one list that they come to.
struct PagedList {
    /// Registries give 50 entries a page or more, and nobody looks at more than some thousand of them.
    static let maximumPages = 32

    private let locator: Locator
    private let kind: Kind
    private let limit: Int
    private var pages: [[UInt8]] = []
    private var read: Set<OutboundURL> = []

    enum Kind {
        case referrers, tags

        /// The member that holds the entries.
        var member: String { self == .referrers ? "manifests" : "tags" }
        var mediaType: String { self == .referrers ? MediaType.ociIndex : "application/json" }
    }

    enum Next {
        case page(OutboundURL)
        case end(Fetched)
    }

    /// Nil for what is no list.
    init?(of locator: Locator) {
        switch locator {
        case .referrers(_, _, let limit): self.init(of: .referrers, for: locator, limit: limit)
        case .tags(_, let limit): self.init(of: .tags, for: locator, limit: limit)
        case .manifest, .blob, .trustMetadata: return nil
        }
    }

    /// - Parameter limit: bytes of all pages together.
    private init(of kind: Kind, for locator: Locator, limit: Int) {
        self.locator = locator
        self.kind = kind
        self.limit = limit
    }

    /// Takes a page and says where the next one is. Whoever may push can make a list too long, which is a violation; a list
    /// that leads to another host, or in a circle, is the registry's own doing, so nothing is known of what it lists.
    mutating func add(_ page: OutboundResponse, from url: OutboundURL) -> Next {
        guard isOfKind(page) else {
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
        else { return .end(.undetermined(astray("its list of \(kind) goes on at another host"))) }
        guard !read.contains(next) else {
            return .end(.undetermined(astray("its list of \(kind) leads in a circle")))
        }
        guard pages.count < PagedList.maximumPages else { return .end(.violated(tooManyPages)) }
        return .page(next)
    }

    /// A list of tags is whatever its answer says that it is: registries differ.
    private func isOfKind(_ page: OutboundResponse) -> Bool {
        kind == .tags || RegistryContent.mediaType(page.value(of: "content-type")).map(MediaType.isIndex) == true
    }

    /// One page as it is. Of several an index is made of their entries, each as it stood there.
    private var joined: Fetched {
        if pages.count == 1, let page = pages.first { return found(page) }
        var entries: [[UInt8]] = []
        for page in pages {
            let limits = JSONLimits(maximumBytes: limit, maximumStringBytes: limit)
            guard let root = try? JSONDocument(parsing: page, limits: limits).root, let list = root[key: kind.member],
                list.kind == .array
            else { return .violated(malformed("a page of \(kind) that is no list")) }
            entries += list.elements.map { Array(page[$0.byteRange]) }
        }
        let head =
            switch kind {
            case .referrers: #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":["#
            case .tags: #"{"tags":["#
            }
        return found(Array(head.utf8) + entries.joined(separator: ",".utf8) + Array("]}".utf8))
    }

    private func found(_ bytes: [UInt8]) -> Fetched {
        .found(Fetched.Content(bytes: bytes, digest: .sha256(of: bytes), mediaType: kind.mediaType))
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
            found: "`\(locator.repository.domain)` lists \(kind) on more than \(PagedList.maximumPages) pages",
            expected: "at most \(PagedList.maximumPages) pages",
            cure: kind == .referrers
                ? "remove signatures and attestations that are no longer needed" : "name the tags that are meant")
    }
}
