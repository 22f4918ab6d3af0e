using System.Text.Json;

namespace Mesh.Core.Tests.Schemas;

/// <summary>The public test suite of draft 2020-12, where the shared folder is present.</summary>
public sealed class SchemaSuiteTests
{
    [Fact]
    public void The_required_tests_of_draft_2020_12_pass()
    {
        string suite = SharedFolder.Find("json-schema-test-suite");
        SchemaOptions options = new() { Documents = ReadRemotes(Path.Combine(suite, "remotes")) };
        int passed = 0, total = 0;
        List<string> failures = [];
        foreach (string file in Directory.EnumerateFiles(Path.Combine(suite, "tests", "draft2020-12"), "*.json").Order(StringComparer.Ordinal))
        {
            using JsonDocument groups = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (JsonElement group in groups.RootElement.EnumerateArray())
                Run(Path.GetFileName(file), group, options, ref passed, ref total, failures);
        }

        string result = $"{passed} of {total}";
        TestContext.Current.TestOutputHelper?.WriteLine(result);
        TestContext.Current.SendDiagnosticMessage("JSON Schema test suite, draft 2020-12: " + result);
        Console.WriteLine("JSON Schema test suite, draft 2020-12: " + result);
        Assert.Equal([], failures);
        Assert.Equal("1299 of 1299", result);
    }

    private static void Run(string file, JsonElement group, SchemaOptions options, ref int passed, ref int total, List<string> failures)
    {
        CompiledSchema? schema = null;
        string? error = null;
        try
        {
            schema = CompiledSchema.Compile(group.GetProperty("schema"), options);
        }
        catch (MeshException exception)
        {
            error = exception.Message;
        }

        foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
        {
            total++;
            bool expected = test.GetProperty("valid").GetBoolean();
            JsonElement data = test.GetProperty("data");
            if (schema is not null
                && schema.IsValid(data) == expected
                && schema.IsValid(System.Text.Encoding.UTF8.GetBytes(data.GetRawText())) == expected
                && schema.Validate(data).Count == 0 == expected)
                passed++;
            else
                failures.Add($"{file}: {group.GetProperty("description")}: {test.GetProperty("description")} {error}");
        }
    }

    private static Dictionary<string, JsonElement> ReadRemotes(string folder)
    {
        Dictionary<string, JsonElement> documents = [];
        foreach (string file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories))
        {
            string path = Path.GetRelativePath(folder, file).Replace('\\', '/');
            documents["http://localhost:1234/" + path] = JsonElement.Parse(File.ReadAllBytes(file));
        }

        return documents;
    }
}
