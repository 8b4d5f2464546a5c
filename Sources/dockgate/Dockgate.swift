@main
struct Dockgate {
    static func main() {}
}
