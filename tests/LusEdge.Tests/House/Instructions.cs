using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace LusEdge.Tests.House;

/// <summary>The metadata tokens in a method's instructions.</summary>
internal static class Instructions
{
    private const byte TwoBytes = 0xFE;

    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (int)(ushort)code.Value, code => code.OperandType);

    /// <summary>The types, members and signatures that the instructions name.</summary>
    public static IEnumerable<EntityHandle> Tokens(byte[] code)
    {
        int at = 0;
        while (at < code.Length)
        {
            int instruction = code[at++];
            if (instruction == TwoBytes) instruction = (TwoBytes << 8) | code[at++];
            OperandType operand = Operands[instruction];
            if (operand is OperandType.InlineType or OperandType.InlineMethod or OperandType.InlineField
                or OperandType.InlineTok or OperandType.InlineSig)
            {
                yield return MetadataTokens.EntityHandle(BitConverter.ToInt32(code, at));
            }

            at += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }
}
