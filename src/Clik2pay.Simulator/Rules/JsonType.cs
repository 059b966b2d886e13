namespace Clik2pay.Simulator.Rules;

/// <summary>A type of JSON value. A JSON Schema contains the name in lower case.</summary>
internal enum JsonType
{
    String,
    Number,
    Object,
    Null,
}
