using Mesh.Benchmarks.Comparing;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Comparisons;

/// <summary>A small valid instance, already parsed, against parsing its bytes.</summary>
internal sealed class SchemaSmall() : Comparison("schema.small", "ns")
{
    public override Task<Figure> MeasureAsync()
    {
        var scene = SchemaScene.Small();
        return Rounds.CompareAsync(scene.ValidateAsync, scene.ParseInstanceAsync);
    }
}

/// <summary>A small valid instance as UTF-8, parsing included, against parsing alone.</summary>
internal sealed class SchemaSmallUtf8() : Comparison("schema.small.utf8", "ns")
{
    public override Task<Figure> MeasureAsync()
    {
        var scene = SchemaScene.Small();
        return Rounds.CompareAsync(scene.ValidateUtf8Async, scene.ParseInstanceAsync);
    }
}

/// <summary>A medium valid instance, already parsed, against parsing its bytes.</summary>
internal sealed class SchemaMedium() : Comparison("schema.medium", "ns")
{
    public override Task<Figure> MeasureAsync()
    {
        var scene = SchemaScene.Medium();
        return Rounds.CompareAsync(scene.ValidateAsync, scene.ParseInstanceAsync);
    }
}

/// <summary>All failures of a medium instance that is invalid in many places, against parsing its bytes.</summary>
internal sealed class SchemaMediumInvalid() : Comparison("schema.medium.invalid", "ns")
{
    public override Task<Figure> MeasureAsync()
    {
        var scene = SchemaScene.InvalidMedium();
        return Rounds.CompareAsync(scene.CollectFailuresAsync, scene.ParseInstanceAsync);
    }
}

/// <summary>Preparing the medium schema against parsing its bytes.</summary>
internal sealed class SchemaBuild() : Comparison("schema.build", "ns")
{
    public override Task<Figure> MeasureAsync()
    {
        var scene = SchemaScene.Medium();
        return Rounds.CompareAsync(scene.CompileAsync, scene.ParseSchemaAsync);
    }
}

/// <summary>Bytes that a valid medium validation allocates.</summary>
internal sealed class SchemaAllocated() : Comparison("schema.alloc", "B")
{
    public override async Task<Figure> MeasureAsync()
    {
        var scene = SchemaScene.Medium();
        return new(await Rounds.AllocatedAsync(scene.ValidateAsync).ConfigureAwait(false));
    }
}

/// <summary>The same while two threads share the schema.</summary>
internal sealed class SchemaAllocatedByTwo() : Comparison("schema.alloc.2", "B")
{
    public override async Task<Figure> MeasureAsync()
    {
        var scene = SchemaScene.Medium();
        double[] allocated = await Rounds.AllocatedTogetherAsync(scene.ValidateAsync, threads: 2).ConfigureAwait(false);
        return new(allocated.Max());
    }
}
