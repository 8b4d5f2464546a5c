import YAMLDocument

extension ShapeReader {
    /// The documents of the file that are not empty. What keeps them from being read is reported, and there are none.
    mutating func documents() -> [YAMLNode] {
        do throws(DocumentSourceError) {
            let bytes = try files.read(file, limit: PolicyDocuments.maximumFileBytes)
            if let secret = Secret.first(in: bytes) {
                report(secret.problem, at: YAMLPosition(line: secret.line, column: 1))
                return []
            }
            do throws(YAMLError) {
                return try YAMLStream.parse(bytes).filter { $0.scalar?.resolved != .null }
            } catch {
                report(error.message, at: error.position)
            }
        } catch {
            report("the file \(error)", at: .start)
        }
        return []
    }
}
