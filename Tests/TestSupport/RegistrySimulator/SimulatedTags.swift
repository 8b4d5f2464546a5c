import StrictJSON
import Synchronization

extension RegistrySimulator {
    /// The answer to a question for the tags of a repository; nil if it is none. So many tags a page as `listTags` said.
    func tags(_ path: String, _ target: String) -> SimulatedAnswer? {
        guard path.hasPrefix("/v2/"), path.hasSuffix("/tags/list") else { return nil }
        let name = path.dropFirst("/v2/".count).dropLast("/tags/list".count)
        let prefix = "\(name)/manifests/"
        let (stored, perPage) = state.withLock { ($0.manifests.keys, $0.tagsPerPage) }
        let tags = stored.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
            .filter { !$0.contains(":") }.sorted()
        guard !tags.isEmpty else { return .status(404) }
        let first = target.split(separator: "=").count == 2 ? Int(target.split(separator: "=")[1]) ?? 0 : 0
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("name", String(name))
        writer.key("tags")
        writer.beginArray()
        for tag in tags.dropFirst(first).prefix(perPage) { writer.string(tag) }
        writer.endArray()
        writer.endObject()
        var headers = [(name: "Content-Type", value: "application/json")]
        if first + perPage < tags.count {
            headers.append((name: "Link", value: "<\(path)?from=\(first + perPage)>; rel=\"next\""))
        }
        return SimulatedAnswer(status: 200, headers: headers, body: writer.bytes)
    }

    /// From now on lists of tags have so many on a page.
    public func listTags(perPage: Int) { state.withLock { $0.tagsPerPage = perPage } }
}
