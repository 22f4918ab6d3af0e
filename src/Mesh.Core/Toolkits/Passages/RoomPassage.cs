namespace Mesh;

/// <summary>
/// The passage into a tool of the room for a client of the room's own process. The arguments come from the caller, and are
/// held against the schema; what the room itself answers is not: it made it, and its types are immutable.
/// </summary>
internal sealed class RoomPassage<TArguments, TResult>(PassedType<TArguments> arguments, PassedType<TResult> result) : ToolPassage
{
    private readonly TypeGuard<TArguments> _arguments =
        TypeGuard.Compile(TypeShapeReader.Read(arguments.Info), arguments.Info, forInput: true);

    public override MethodCall? Method => null;

    public override bool Accepts(TypedArguments arguments, int maxBytes) => _arguments.Accepts(TypedArguments<TArguments>.Of(arguments).Value, maxBytes);

    public override TypedResponse? Pass(object value, int maxBytes) => new TypedResponse<TResult>((TResult)value, result.Info);

    public override TypedChunk? PassItem(object item, int maxBytes) => null;
}
