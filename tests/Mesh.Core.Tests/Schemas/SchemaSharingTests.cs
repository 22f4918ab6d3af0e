using static Mesh.Core.Tests.Schemas.SchemaTesting;

namespace Mesh.Core.Tests.Schemas;

public sealed class SchemaSharingTests
{
    private static readonly CompiledSchema Lists = Schema(
        """{"type":"object","properties":{"tags":{"type":"array","uniqueItems":true,"items":{"type":"string","pattern":"^[a-z]+(x|y)?$","maxLength":9}},"n":{"type":"number","multipleOf":0.5}},"unevaluatedProperties":false,"allOf":[{"required":["n"]}]}""");

    [Fact]
    public void A_valid_instance_is_checked_without_allocating()
    {
        var instance = Json("""{"tags":["a","b","c","d","e","f","g","h"],"n":2.50}""");
        for (int i = 0; i < 100; i++)
            Assert.True(Lists.IsValid(instance));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            Lists.IsValid(instance);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task One_schema_serves_many_threads()
    {
        var valid = Json("""{"tags":["a","b"],"n":2.50}""");
        var invalid = Json("""{"tags":["a","a","b","c","d","e","f","g"],"n":2.3,"x":1}""");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 2_000; i++)
            {
                Assert.True(Lists.IsValid(valid));
                Assert.Equal(3, Lists.Validate(invalid).Count);
            }
        })));
    }
}
