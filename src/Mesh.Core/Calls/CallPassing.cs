namespace Mesh;

/// <summary>
/// Which way the arguments of a typed call go into their tool, a part of the validate stage: by reference, or as the JSON
/// that somebody has to see.
/// </summary>
internal static class CallPassing
{
    /// <summary>Lets the arguments go by reference, if they may.</summary>
    /// <remarks>A repeated call under a key is known by the JSON of its arguments.</remarks>
    public static bool TryPass(CallState call, PassedCall values) =>
        call.Request.IdempotencyKey is null && values.TryPass(call.Instance!, call.Host.Options.MaxArgumentBytes);

    /// <summary>Why the arguments of a call that has not begun would go as JSON, one sentence; null when they would go by reference.</summary>
    public static string? WhyJson(CallState call, PassageSource passages)
    {
        var refusal = CallResolution.Resolve(call) ?? CallValidation.Measure(call) ?? CallValidation.CheckArguments(call);
        bool passes = refusal is null && call.Request.Arguments.Passed is not null;
        call.Release();
        return passes ? null
            : call.Host.Options.Filters.Count > 0 ? "The host has filters, which see arguments as JSON."
            : call.Instance is not { } instance || passages.Find(instance) is null
                ? $"'{call.Request.Target}' is no method of this process that has each property of the arguments as a parameter of the same name and type, and the host's serializer options."
            : "Among the values is half of a surrogate pair, or a U+FFFD that may have been one, and JSON decides what arrives.";
    }

    /// <summary>Makes JSON of arguments that went by reference so far, for somebody who is to see what the tool will be given.</summary>
    public static MeshError? MakeJson(CallState call) =>
        call.Request.Arguments.Passed is null ? null : Write(call) ?? CallValidation.CheckArguments(call);

    /// <summary>Puts the JSON of a call's arguments in their place.</summary>
    public static MeshError? Write(CallState call)
    {
        var request = call.Request;
        var error = Write(ref request);
        call.Request = request;
        call.ArgumentBytes = request.Arguments.Length;
        return error;
    }

    /// <summary>The same in a request that is to leave the process.</summary>
    public static MeshError? Write(ref CallRequest request)
    {
        if (request.Arguments.Passed is not { } passed)
        {
            return null;
        }

        try
        {
            request = request with { Arguments = JsonPayload.FromUtf8(passed.ToUtf8()) };
            return null;
        }
        catch (Exception exception)
        {
            request = request with { Arguments = default };
            return CallErrors.UnwritableArguments(request.Target, exception);
        }
    }
}
