namespace LusEdge.Tests.House;

public sealed class ArchitectureDocumentTests
{
    [Fact]
    public void The_architecture_document_is_what_the_table_says()
    {
        const string Committed = "docs/architecture.md";
        const string New = "artifacts/tests/architecture.md";
        string generated = ArchitectureDocument.Write();
        string path = Path.Combine(Repository.Root, Committed);
        if (File.Exists(path) && File.ReadAllText(path) == generated) return;

        Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts/tests"));
        File.WriteAllText(Path.Combine(Repository.Root, New), generated);
        Assert.Fail($"{Committed} is not what Architecture.cs says. Compare the two, then accept it: cp {New} {Committed}");
    }
}
