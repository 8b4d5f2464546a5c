/// What a document may cost at most. Whoever reads a document from outside picks limits that fit its kind.
public struct JSONLimits: Sendable {
    /// Length of the whole document. More than 256 MiB means 256 MiB.
    public var maximumBytes: Int
    /// Objects and arrays within each other; the outermost is level 1.
    public var maximumDepth: Int
    /// Values and keys. Each takes 16 bytes in the parsed form, and in the source as few as two.
    public var maximumValues: Int
    /// Length of one number as it is written. No identifier, size or time that Dockgate reads has more than 20.
    public var maximumNumberBytes: Int
    /// Length of one string or key as it is written, between its quotes.
    public var maximumStringBytes: Int

    /// The defaults suit an AdmissionReview: the API server sends old and new object of at most 3 MiB each, in which a
    /// value takes ten bytes or more on average.
    public init(
        maximumBytes: Int = 8 << 20,
        maximumDepth: Int = 64,
        maximumValues: Int = 1 << 20,
        maximumNumberBytes: Int = 64,
        maximumStringBytes: Int = 1 << 20
    ) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
        self.maximumValues = maximumValues
        self.maximumNumberBytes = maximumNumberBytes
        self.maximumStringBytes = maximumStringBytes
    }
}
