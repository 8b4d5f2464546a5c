import Testing

@testable import dockgate

@Suite("A file as services name it")
struct RepositoryPathTests {
    @Test(
        "a path has no `.`, no `..` and no empty segment, but the `..` that lead a relative one out",
        arguments: [
            ("a.yaml", "a.yaml"), ("./a.yaml", "a.yaml"), (".//a.yaml", "a.yaml"), ("././a.yaml", "a.yaml"),
            ("x/../a.yaml", "a.yaml"), ("x/y/../../a.yaml", "a.yaml"), ("deploy//a.yaml", "deploy/a.yaml"),
            ("deploy/./a.yaml", "deploy/a.yaml"), ("layout/.", "layout"), ("layout/", "layout"), ("layout//", "layout"),
            ("../a.yaml", "../a.yaml"), ("./../a.yaml", "../a.yaml"), ("../../a.yaml", "../../a.yaml"),
            ("x/../../a.yaml", "../a.yaml"), ("../x/../a.yaml", "../a.yaml"), ("..", ".."), ("../", ".."),
            (".a.yaml", ".a.yaml"), ("..a", "..a"), ("...", "..."), ("a..", "a.."), ("a./b.", "a./b."),
            ("/tmp/a.yaml", "/tmp/a.yaml"), ("//tmp/a.yaml", "/tmp/a.yaml"), ("/tmp/./x/..//a.yaml", "/tmp/a.yaml"),
            ("/../a.yaml", "/a.yaml"), ("/x/../../a.yaml", "/a.yaml"), ("/tmp/layout/.", "/tmp/layout"),
            // A mark that combines with a slash or a point hides neither.
            ("x/\u{301}/../a.yaml", "x/a.yaml"), ("x/.\u{301}/a.yaml", "x/.\u{301}/a.yaml"), ("e\u{301}", "e\u{301}"),
        ])
    func normalized(file: String, path: String) {
        #expect(Array(Place(file).repositoryPath.utf8) == Array(path.utf8))
        #expect(Array(Place(path).repositoryPath.utf8) == Array(path.utf8), "what is normal stays as it is")
    }

    @Test("no path is empty: where a relative path begins is `.`, and the root is `/`")
    func empty() {
        for file in ["", ".", "./", ".//", "./.", "x/..", "x/../", "././/."] {
            #expect(Place(file).repositoryPath == ".", "\(file)")
        }
        for file in ["/", "//", "/.", "/..", "/x/.."] { #expect(Place(file).repositoryPath == "/", "\(file)") }
    }

    @Test("an image in no file stands for itself, never empty and never absolute")
    func image() {
        func path(_ name: String) -> String { ReportedImage.image(name, at: nil).repositoryPath }
        #expect(path("registry.example.com/a:1") == "registry.example.com/a:1")
        #expect(path("") == ".")
        #expect(path("./") == ".")
        #expect(path("/") == ".")
        #expect(path("//evil.example/a") == "evil.example/a")
        #expect(ReportedImage.image("a:1", at: Place("./a.yaml")).repositoryPath == "a.yaml")
    }
}
