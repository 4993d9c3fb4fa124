"""What ONNX Runtime makes of an export: quantized forms, and fused operators. For onnx_export.py; needs onnxruntime."""
import onnx


def quantized_statically(path, inputs, names, form):
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Once(CalibrationDataReader):
        def __init__(self):
            self.left = [{name: value.numpy() for name, value in zip(names, inputs)}]

        def get_next(self):
            return self.left.pop() if self.left else None

    if form == "qdq":
        quantize_static(path, path, Once(), quant_format=QuantFormat.QDQ, per_channel=True, weight_type=QuantType.QInt8)
    else:
        quantize_static(path, path, Once(), quant_format=QuantFormat.QOperator, activation_type=QuantType.QUInt8,
                        weight_type=QuantType.QUInt8)


def quantized_dynamically(path):
    from onnxruntime.quantization import QuantType, quantize_dynamic
    quantize_dynamic(path, path, weight_type=QuantType.QInt8)


def in_blocks(path, **options):
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
    quantizer = MatMulNBitsQuantizer(onnx.load(path), bits=4, **options)
    quantizer.process()
    quantizer.model.save_model_to_file(path)


def fused(path):
    from onnxruntime.transformers import optimizer
    optimizer.optimize_model(path, model_type="bert", num_heads=4, hidden_size=64, opt_level=0).save_model_to_file(path)


def optimized(path, level):
    """What a session of ONNX Runtime makes of it."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    options.optimized_model_filepath = path
    onnxruntime.InferenceSession(onnx.load(path).SerializeToString(), options, providers=["CPUExecutionProvider"])


def half(path):
    from onnxruntime.transformers.float16 import convert_float_to_float16
    onnx.save(convert_float_to_float16(onnx.load(path)), path)


FORMS = {
    "qdq": lambda path, inputs, names: quantized_statically(path, inputs, names, "qdq"),
    "qoperator": lambda path, inputs, names: quantized_statically(path, inputs, names, "qoperator"),
    "qdynamic": lambda path, *_: quantized_dynamically(path),
    "nbits": lambda path, *_: in_blocks(path, block_size=32, is_symmetric=True, op_types_to_quantize=("MatMul", "Gather")),
    "nbits_zeros": lambda path, *_: in_blocks(path, block_size=16, is_symmetric=False),
    "fused": lambda path, *_: fused(path),
    "basic": lambda path, *_: optimized(path, "ORT_ENABLE_BASIC"),
    "extended": lambda path, *_: optimized(path, "ORT_ENABLE_EXTENDED"),
    "half": lambda path, *_: half(path),
}
