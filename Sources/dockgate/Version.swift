/// What the program calls itself in answers and records.
enum Version {
    static let number = "0.1.0"
}
