/// Reads YAML into nodes that know where they were written.
///
/// The reader is libyaml, which follows YAML 1.1; what differs from 1.2 in meaning is decided here. Scalars are typed by
/// the YAML 1.2 core schema, and everything that lets a file mean something else than it shows is refused: duplicate and
/// merge keys, tags other than the core ones, anchors and aliases unless they are asked for.
public enum YAMLStream {
    /// The root of every document of the stream, in order; an empty document is a null scalar.
    ///
    /// All or nothing: when the last document is broken, none is returned.
    public static func parse(
        _ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()
    ) throws(YAMLError) -> [YAMLNode] {
        guard bytes.count <= limits.maximumBytes else {
            throw YAMLError(
                .limit, "is \(bytes.count) bytes long, at most \(limits.maximumBytes) are read", at: .start)
        }
        try SourceText.check(bytes)
        var events = try EventReader(bytes)
        var composer = Composer(limits: limits)
        while let event = try events.next() {
            try composer.add(event)
        }
        return composer.documents
    }
}
