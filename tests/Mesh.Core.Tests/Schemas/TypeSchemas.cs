using System.Text.Json;

namespace Mesh.Tests.Schemas;

/// <summary>Short ways from a type or a method to the text of its schema.</summary>
internal static class TypeSchemas
{
    public static JsonSerializerOptions Options { get; } = MeshJson.CreateDefault();

    public static string Input<T>() => Input<T>(Options);

    public static string Input<T>(JsonSerializerOptions options) =>
        TypeSchemaWriter.Write(TypeShapeReader.Read(options.GetTypeInfo(typeof(T))), forInput: true).GetRawText();

    public static string Output<T>() =>
        TypeSchemaWriter.Write(TypeShapeReader.Read(Options.GetTypeInfo(typeof(T))), forInput: false).GetRawText();

    /// <summary>The schema of a method's parameters.</summary>
    public static string Parameters(Delegate method)
    {
        TypeShapeReader reader = new(Options);
        return TypeSchemaWriter.Write([.. method.Method.GetParameters().Select(reader.ReadParameter)], forInput: true).GetRawText();
    }

    /// <summary>The schema of a method's only parameter.</summary>
    public static string Parameter(Delegate method) =>
        JsonDocument.Parse(Parameters(method)).RootElement.GetProperty("properties").EnumerateObject().Single().Value.GetRawText();

    /// <summary>The schema of what a method returns.</summary>
    public static string Return(Delegate method, int depth = 0) =>
        TypeSchemaWriter.Write(
            new TypeShapeReader(Options).Read(
                Unwrap(method.Method.ReturnType, depth), TypeUse.OfReturn(method.Method.ReturnParameter, depth)),
            forInput: false).GetRawText();

    /// <summary>The refusal of a method's parameters.</summary>
    public static MeshError Refusal(Delegate method)
    {
        MeshException e = Assert.Throws<MeshException>(() => Parameters(method));
        Assert.Equal(MeshErrorCode.InvalidDefinition, e.Code);
        Assert.NotNull(e.Error.Remedy);
        return e.Error;
    }

    private static Type Unwrap(Type type, int depth) => depth == 0 ? type : Unwrap(type.GetGenericArguments()[0], depth - 1);
}
