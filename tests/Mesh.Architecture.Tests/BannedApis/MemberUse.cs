namespace Mesh.Architecture.Tests.BannedApis;

/// <summary>A place in compiled code that uses a member of another assembly.</summary>
/// <param name="Site">The outermost type whose code it is: that of the person's source, not the compiler's state machine.</param>
/// <param name="Method">The method as it was compiled, with the types that the compiler nested.</param>
/// <param name="MemberType">The type that declares the used member.</param>
/// <param name="MemberId">The documentation id of the used member; an accessor's for a property.</param>
internal sealed record MemberUse(string Site, string Method, string MemberType, string MemberId);
