using System.Text.Json;

namespace Mesh;

/// <summary>A tool whose code is a method, called by reflection's fast invoker.</summary>
internal sealed class MethodTool : Tool
{
    private readonly ToolMethod _method;
    private readonly Func<JsonSerializerOptions, Tool>? _rebind;

    public MethodTool(string name, ToolMethod method, ToolOptions options, Func<JsonSerializerOptions, Tool>? rebind)
        : base(method.Define(name, options))
    {
        _method = method;
        _rebind = rebind;
        RunOnThreadPool = options.RunOnThreadPool;
    }

    internal override Tool BoundTo(JsonSerializerOptions hostOptions) => _rebind?.Invoke(hostOptions) ?? this;

    protected internal override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) =>
        _method.Result.ReadAsync(_method.Invoke(arguments, context), context);
}
