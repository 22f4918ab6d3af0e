using System.Text.Json;

namespace Mesh;

/// <summary>Writes the keywords of a shape.</summary>
internal static class TypeSchemaKeywords
{
    public static void Write(TypeSchemaWriter to, TypeShape shape, TypeSchemaPlace place)
    {
        switch (shape)
        {
            case AnyShape:
                WriteDescription(to, shape);
                break;
            case VerbatimShape or ReferenceShape when place.IsNullable:
                WriteDescription(to, shape);
                to.Json.WriteStartArray("anyOf");
                to.WriteSchema(shape with { Description = null }, default);
                WriteNull(to);
                to.Json.WriteEndArray();
                break;
            case ReferenceShape reference:
                to.WriteReference(reference.Target);
                WriteDescription(to, shape);
                break;
            case VerbatimShape verbatim:
                WriteVerbatim(to, verbatim);
                break;
            case UnionShape union:
                TypeSchemaContainers.WriteUnion(to, union, place);
                break;
            default:
                WriteType(to, TypeOf(shape), place.IsNullable);
                WriteDescription(to, shape);
                WriteBody(to, shape, place);
                break;
        }
        WriteValues(to, shape, place);
    }

    private static string TypeOf(TypeShape shape) => shape switch
    {
        BooleanShape => "boolean",
        IntegerShape => "integer",
        NumberShape => "number",
        StringShape or BytesShape => "string",
        EnumShape { Values: [{ ValueKind: JsonValueKind.Number }, ..] } => "integer",
        EnumShape => "string",
        ArrayShape or TupleShape => "array",
        _ => "object",
    };

    private static void WriteBody(TypeSchemaWriter to, TypeShape shape, TypeSchemaPlace place)
    {
        switch (shape)
        {
            case ObjectShape o:
                TypeSchemaContainers.WriteObject(to, o, place);
                break;
            case DictionaryShape dictionary:
                TypeSchemaContainers.WriteDictionary(to, dictionary);
                break;
            case ArrayShape array:
                TypeSchemaContainers.WriteItems(to, array);
                break;
            case TupleShape tuple:
                TypeSchemaContainers.WriteTuple(to, tuple);
                break;
            case IntegerShape integer:
                WriteRaw(to, "minimum", integer.Minimum.ToString(System.Globalization.CultureInfo.InvariantCulture));
                WriteRaw(to, "maximum", integer.Maximum.ToString(System.Globalization.CultureInfo.InvariantCulture));
                break;
            case NumberShape number:
                if (number.Minimum is { } low)
                    WriteRaw(to, low.Exclusive ? "exclusiveMinimum" : "minimum", low.Text);
                if (number.Maximum is { } high)
                    WriteRaw(to, high.Exclusive ? "exclusiveMaximum" : "maximum", high.Text);
                break;
            case StringShape text:
                WriteLimits(to, "minLength", text.MinLength, "maxLength", text.MaxLength);
                WriteText(to, "pattern", text.Pattern);
                WriteText(to, "format", text.Format);
                break;
            case BytesShape bytes:
                WriteLimits(to, "minLength", bytes.MinLength, "maxLength", bytes.MaxLength);
                WriteText(to, "contentEncoding", "base64");
                break;
        }
    }

    private static void WriteValues(TypeSchemaWriter to, TypeShape shape, TypeSchemaPlace place)
    {
        IReadOnlyList<JsonElement>? values = shape.Allowed ?? (shape as EnumShape)?.Values;
        if (values is not null)
        {
            to.Json.WriteStartArray("enum");
            foreach (JsonElement value in values)
                value.WriteTo(to.Json);
            // Null is a value of a nullable enum, but of a list of allowed values only if the list says so.
            if (place.IsNullable && shape.Allowed is null)
                to.Json.WriteNullValue();
            to.Json.WriteEndArray();
        }
        if (shape.Denied is null)
            return;
        to.Json.WriteStartObject("not");
        to.Json.WriteStartArray("enum");
        foreach (JsonElement value in shape.Denied)
            value.WriteTo(to.Json);
        to.Json.WriteEndArray();
        to.Json.WriteEndObject();
    }

    private static void WriteVerbatim(TypeSchemaWriter to, VerbatimShape verbatim)
    {
        bool hasOwn = false;
        if (verbatim.Schema.ValueKind == JsonValueKind.Object)
        {
            hasOwn = verbatim.Schema.TryGetProperty("description", out _);
            foreach (JsonProperty keyword in verbatim.Schema.EnumerateObject())
            {
                if (!(keyword.NameEquals("description") && verbatim.Description is not null))
                    keyword.WriteTo(to.Json);
            }
        }
        else if (verbatim.Schema.ValueKind == JsonValueKind.False)
        {
            to.Json.WriteStartObject("not");
            to.Json.WriteEndObject();
        }
        if (verbatim.Description is not null || !hasOwn)
            WriteDescription(to, verbatim);
    }

    public static void WriteType(TypeSchemaWriter to, string type, bool isNullable)
    {
        if (!isNullable)
        {
            to.Json.WriteString("type", type);
            return;
        }
        to.Json.WriteStartArray("type");
        to.Json.WriteStringValue(type);
        to.Json.WriteStringValue("null");
        to.Json.WriteEndArray();
    }

    public static void WriteNull(TypeSchemaWriter to)
    {
        to.Json.WriteStartObject();
        to.Json.WriteString("type", "null");
        to.Json.WriteEndObject();
    }

    public static void WriteDescription(TypeSchemaWriter to, TypeShape shape) => WriteText(to, "description", shape.Description);

    private static void WriteText(TypeSchemaWriter to, string keyword, string? text)
    {
        if (text is not null)
            to.Json.WriteString(keyword, text);
    }

    private static void WriteRaw(TypeSchemaWriter to, string keyword, string number)
    {
        to.Json.WritePropertyName(keyword);
        to.Json.WriteRawValue(number);
    }

    public static void WriteLimits(TypeSchemaWriter to, string least, int min, string most, int? max)
    {
        if (min > 0)
            to.Json.WriteNumber(least, min);
        if (max is { } value)
            to.Json.WriteNumber(most, value);
    }
}
