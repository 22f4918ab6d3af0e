namespace Mesh;

/// <summary>Whether a text has a format.</summary>
internal delegate bool StringFormat(ReadOnlySpan<char> text);

/// <summary>The formats that can be asserted: those of draft 2020-12.</summary>
internal static class StringFormats
{
    /// <returns>Null for a format that is not known: it is an annotation.</returns>
    public static StringFormat? Find(string name) => name switch
    {
        "date-time" => TimeFormats.IsDateTime,
        "date" => TimeFormats.IsDate,
        "time" => TimeFormats.IsTime,
        "duration" => TimeFormats.IsDuration,
        "email" => HostFormats.IsEmail,
        "idn-email" => HostFormats.IsInternationalEmail,
        "hostname" => HostFormats.IsHostname,
        "idn-hostname" => HostFormats.IsInternationalHostname,
        "ipv4" => HostFormats.IsIpv4,
        "ipv6" => HostFormats.IsIpv6,
        "uri" => static text => UriFormats.IsUri(text, absolute: true, international: false),
        "uri-reference" => static text => UriFormats.IsUri(text, absolute: false, international: false),
        "iri" => static text => UriFormats.IsUri(text, absolute: true, international: true),
        "iri-reference" => static text => UriFormats.IsUri(text, absolute: false, international: true),
        "uri-template" => UriFormats.IsTemplate,
        "uuid" => TextFormats.IsUuid,
        "json-pointer" => TextFormats.IsPointer,
        "relative-json-pointer" => TextFormats.IsRelativePointer,
        "regex" => TextFormats.IsPattern,
        _ => null,
    };
}
