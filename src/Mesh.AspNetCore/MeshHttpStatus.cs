using Microsoft.AspNetCore.Http;

namespace Mesh.AspNetCore;

/// <summary>The statuses that the failures of Mesh have in HTTP.</summary>
public static class MeshHttpStatus
{
    private static readonly Dictionary<MeshErrorCode, int> Statuses = new()
    {
        [MeshErrorCode.Unauthenticated] = StatusCodes.Status401Unauthorized,
        [MeshErrorCode.NotGranted] = StatusCodes.Status403Forbidden,
        [MeshErrorCode.RoomDisabled] = StatusCodes.Status403Forbidden,
        [MeshErrorCode.ApprovalRefused] = StatusCodes.Status403Forbidden,
        [MeshErrorCode.NotFound] = StatusCodes.Status404NotFound,
        [MeshErrorCode.NameTaken] = StatusCodes.Status409Conflict,
        [MeshErrorCode.ContractConflict] = StatusCodes.Status409Conflict,
        [MeshErrorCode.AlreadyExists] = StatusCodes.Status409Conflict,
        [MeshErrorCode.VersionConflict] = StatusCodes.Status409Conflict,
        [MeshErrorCode.IdempotencyConflict] = StatusCodes.Status409Conflict,
        [MeshErrorCode.InvalidArguments] = StatusCodes.Status400BadRequest,
        [MeshErrorCode.InvalidDefinition] = StatusCodes.Status400BadRequest,
        [MeshErrorCode.ProtocolError] = StatusCodes.Status400BadRequest,
        [MeshErrorCode.TooLarge] = StatusCodes.Status413PayloadTooLarge,
        [MeshErrorCode.Overloaded] = StatusCodes.Status429TooManyRequests,
        [MeshErrorCode.BudgetExceeded] = StatusCodes.Status429TooManyRequests,
        [MeshErrorCode.RoomFull] = StatusCodes.Status503ServiceUnavailable,
        [MeshErrorCode.RoomRetiring] = StatusCodes.Status503ServiceUnavailable,
        [MeshErrorCode.Closed] = StatusCodes.Status503ServiceUnavailable,
        [MeshErrorCode.Unavailable] = StatusCodes.Status503ServiceUnavailable,
        [MeshErrorCode.StoreFull] = StatusCodes.Status507InsufficientStorage,
        [MeshErrorCode.DeadlineExceeded] = StatusCodes.Status504GatewayTimeout,
    };

    /// <summary>The status of a code; 500 for one that has none of its own.</summary>
    /// <param name="code">The code.</param>
    public static int Of(MeshErrorCode code) => Statuses.GetValueOrDefault(code, StatusCodes.Status500InternalServerError);
}
