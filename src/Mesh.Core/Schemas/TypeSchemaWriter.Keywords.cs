using System.Text.Json;

namespace Mesh;

internal sealed partial class TypeSchemaWriter
{
    private void WriteKeywords(TypeShape shape, Place place)
    {
        switch (shape)
        {
            case AnyShape:
                WriteDescription(shape);
                break;
            case VerbatimShape or ReferenceShape when place.IsNullable:
                WriteDescription(shape);
                _json.WriteStartArray("anyOf");
                WriteSchema(shape with { Description = null }, default);
                WriteNull();
                _json.WriteEndArray();
                break;
            case ReferenceShape reference:
                WriteReference(reference.Target);
                WriteDescription(shape);
                break;
            case VerbatimShape verbatim:
                WriteVerbatim(verbatim);
                break;
            case UnionShape union:
                WriteUnion(union, place);
                break;
            default:
                WriteType(TypeOf(shape), place.IsNullable);
                WriteDescription(shape);
                WriteBody(shape, place);
                break;
        }
        WriteValues(shape, place);
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

    private void WriteBody(TypeShape shape, Place place)
    {
        switch (shape)
        {
            case ObjectShape o:
                WriteObject(o, place);
                break;
            case DictionaryShape dictionary:
                WriteDictionary(dictionary);
                break;
            case ArrayShape array:
                WriteItems(array);
                break;
            case TupleShape tuple:
                WriteTuple(tuple);
                break;
            case IntegerShape integer:
                WriteRaw("minimum", integer.Minimum.ToString(System.Globalization.CultureInfo.InvariantCulture));
                WriteRaw("maximum", integer.Maximum.ToString(System.Globalization.CultureInfo.InvariantCulture));
                break;
            case NumberShape number:
                if (number.Minimum is { } low)
                    WriteRaw(low.Exclusive ? "exclusiveMinimum" : "minimum", low.Text);
                if (number.Maximum is { } high)
                    WriteRaw(high.Exclusive ? "exclusiveMaximum" : "maximum", high.Text);
                break;
            case StringShape text:
                WriteLimits("minLength", text.MinLength, "maxLength", text.MaxLength);
                WriteText("pattern", text.Pattern);
                WriteText("format", text.Format);
                break;
            case BytesShape bytes:
                WriteLimits("minLength", bytes.MinLength, "maxLength", bytes.MaxLength);
                WriteText("contentEncoding", "base64");
                break;
        }
    }

    private void WriteValues(TypeShape shape, Place place)
    {
        IReadOnlyList<JsonElement>? values = shape.Allowed ?? (shape as EnumShape)?.Values;
        if (values is not null)
        {
            _json.WriteStartArray("enum");
            foreach (JsonElement value in values)
                value.WriteTo(_json);
            // Null is a value of a nullable enum, but of a list of allowed values only if the list says so.
            if (place.IsNullable && shape.Allowed is null)
                _json.WriteNullValue();
            _json.WriteEndArray();
        }
        if (shape.Denied is null)
            return;
        _json.WriteStartObject("not");
        _json.WriteStartArray("enum");
        foreach (JsonElement value in shape.Denied)
            value.WriteTo(_json);
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private void WriteVerbatim(VerbatimShape verbatim)
    {
        bool hasOwn = false;
        if (verbatim.Schema.ValueKind == JsonValueKind.Object)
        {
            hasOwn = verbatim.Schema.TryGetProperty("description", out _);
            foreach (JsonProperty keyword in verbatim.Schema.EnumerateObject())
            {
                if (!(keyword.NameEquals("description") && verbatim.Description is not null))
                    keyword.WriteTo(_json);
            }
        }
        else if (verbatim.Schema.ValueKind == JsonValueKind.False)
        {
            _json.WriteStartObject("not");
            _json.WriteEndObject();
        }
        if (verbatim.Description is not null || !hasOwn)
            WriteDescription(verbatim);
    }

    private void WriteType(string type, bool isNullable)
    {
        if (!isNullable)
        {
            _json.WriteString("type", type);
            return;
        }
        _json.WriteStartArray("type");
        _json.WriteStringValue(type);
        _json.WriteStringValue("null");
        _json.WriteEndArray();
    }

    private void WriteNull()
    {
        _json.WriteStartObject();
        _json.WriteString("type", "null");
        _json.WriteEndObject();
    }

    private void WriteDescription(TypeShape shape) => WriteText("description", shape.Description);

    private void WriteText(string keyword, string? text)
    {
        if (text is not null)
            _json.WriteString(keyword, text);
    }

    private void WriteRaw(string keyword, string number)
    {
        _json.WritePropertyName(keyword);
        _json.WriteRawValue(number);
    }

    private void WriteLimits(string least, int min, string most, int? max)
    {
        if (min > 0)
            _json.WriteNumber(least, min);
        if (max is { } value)
            _json.WriteNumber(most, value);
    }
}
