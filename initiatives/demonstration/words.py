"""What invented workplaces, people and improvements are called and told of. Nobody's names: drawn from lists, never copied."""

import random


def _each(of: str, sign: str = ",") -> tuple[str, ...]:
    return tuple(part.strip() for part in of.split(sign))


# --- workplaces -------------------------------------------------------------------------------------------------------

SYLLABLES = _each(
    "An, Ánh, Bảo, Bắc, Bích, Bình, Cao, Cát, Châu, Chí, Cường, Cửu, Dân, Diễm, Dũng, Duy, Đại, Đạt, Điền, Đình, "
    "Đoàn, Đông, Đức, Gia, Giang, Hà, Hải, Hạnh, Hiền, Hiệp, Hiếu, Hòa, Hoàng, Hồng, Hưng, Hương, Khang, Khánh, "
    "Khoa, Kiên, Kim, Lâm, Lan, Liên, Linh, Long, Lộc, Lợi, Mai, Minh, Mỹ, Nam, Nga, Nghĩa, Ngọc, Nguyên, Nhân, "
    "Nhật, Phát, Phong, Phú, Phúc, Phương, Quang, Quốc, Quý, Sài, Sáng, Sao, Sơn, Sông, Tài, Tâm, Tân, Tây, Thái, "
    "Thành, Thảo, Thắng, Thiên, Thịnh, Thọ, Thuận, Thủy, Tiến, Tín, Toàn, Trang, Trí, Trung, Trường, Tuấn, Uyên, "
    "Văn, Vân, Việt, Vinh, Vĩnh, Xuân, Yên"
)
TRADES = _each(
    "May, Dệt may, Da giày, Chế biến Thủy sản, Xây dựng, Thương mại và Dịch vụ, Vận tải, Cao su, Điện tử, Gỗ, Bao "
    "bì, Thép, Cơ khí, Xuất nhập khẩu, Sản xuất Thương mại, Nước sạch, Môi trường Đô thị, Dược phẩm, Mía đường, "
    "Thức ăn Chăn nuôi, In"
)
FORMS = _each(
    "Công ty TNHH, Công ty Cổ phần, Công ty TNHH Một thành viên, Doanh nghiệp tư nhân, Hợp tác xã, Chi nhánh Công "
    "ty Cổ phần, Xí nghiệp"
)
SCHOOLS = _each("Trường THPT, Trường THCS, Trường Tiểu học, Trường Mầm non")
CLINICS = _each("Trạm Y tế xã, Bệnh viện Đa khoa, Trung tâm Y tế, Phòng khám Đa khoa")
COMMUNES = _each("Ủy ban nhân dân xã, Ủy ban nhân dân phường, Ủy ban nhân dân thị trấn")
BUREAUS = _each("Trung tâm Dịch vụ công, Ban Quản lý dự án, Chi cục, Trung tâm Lưu trữ, Trung tâm Văn hóa, Thư viện")

# --- people -----------------------------------------------------------------------------------------------------------

# By how many bear it: "Nguyễn" is nearly four in ten.
SURNAMES = ("Nguyễn",) * 19 + ("Trần",) * 6 + ("Lê",) * 5 + ("Phạm",) * 4 + ("Hoàng",) * 2 + _each(
    "Phan, Vũ, Võ, Đặng, Bùi, Đỗ, Hồ, Ngô, Dương, Lý, Hà, Mai, Trương, Đinh"
)  # fmt: skip
MIDDLE = (
    ("Văn",) * 6
    + ("Thị",) * 8
    + _each(
        "Đức, Ngọc, Minh, Thanh, Quang, Thu, Hữu, Xuân, Thị Thu, Thị Ngọc, Thị Thanh, Đình, Công, Hoài, Quốc, Thị Kim"
    )
)
GIVEN = _each(
    "An, Anh, Ánh, Bình, Chi, Cường, Dung, Dũng, Duyên, Đạt, Đông, Giang, Hà, Hải, Hằng, Hạnh, Hậu, Hiền, Hiếu, Hoa, "
    "Hòa, Hùng, Huệ, Hưng, Hương, Khánh, Kiên, Lan, Liên, Linh, Loan, Long, Lộc, Mai, Minh, My, Nam, Nga, Ngân, Nhung, "
    "Oanh, Phong, Phúc, Phương, Quang, Quyên, Sơn, Tâm, Thắng, Thảo, Thịnh, Thu, Thủy, Tiến, Toàn, Trang, Trung, Tú, "
    "Tuấn, Tuyết, Vân, Việt, Vinh, Xuân, Yến"
)
POSITIONS: dict[str, tuple[str, ...]] = {
    "company": _each("Công nhân, Công nhân, Công nhân, Tổ trưởng, Kỹ thuật viên, Nhân viên kho, Quản đốc, Kỹ sư"),
    "school": _each("Giáo viên, Giáo viên, Giáo viên, Tổ trưởng chuyên môn, Nhân viên thư viện, Phó hiệu trưởng"),
    "clinic": _each("Điều dưỡng, Bác sĩ, Y sĩ, Kỹ thuật viên, Dược sĩ, Hộ sinh"),
    "office": _each("Chuyên viên, Công chức văn phòng, Văn thư, Kế toán, Cán bộ công đoàn, Phó trưởng phòng"),
}

# --- improvements -----------------------------------------------------------------------------------------------------

DEEDS = _each(
    "Cải tiến, Cải tiến quy trình, Rút ngắn thao tác, Số hóa việc, Nâng cao chất lượng, Một số biện pháp làm tốt việc, "
    "Ứng dụng phần mềm vào việc, Giải pháp tiết kiệm trong việc, Sắp xếp lại khâu, Đổi mới phương pháp, Tự động hóa khâu, "
    "Giảm hao phí khi, Bảo đảm an toàn khi, Lập bảng theo dõi việc, Chuẩn hóa các bước, Phối hợp giữa các tổ khi"
)
WORKS: dict[str, tuple[str, ...]] = {
    "company": _each(
        "cắt vải, may túi hộp, đóng gói thành phẩm, lắp van, hàn khung, xếp thùng, cân nguyên liệu, thay dao, bơm nước thải, "
        "kiểm hàng, in tem, sấy gỗ, trộn bê tông, vệ sinh bồn, đo điện trở, vận hành lò hơi, thay khuôn đúc, chạy máy cưa đĩa, "
        "cấp liệu băng chuyền, phun sơn dây chuyền, bảo trì trạm biến áp, sửa máy ép nhựa, bốc hàng bằng xe nâng, cạo mủ"
    ),
    "school": _each(
        "giảng dạy môn toán, tổ chức lớp học vùng cao, dạy tiếng Việt lớp một, chấm bài kiểm tra, quản lý thư viện, làm đồ dùng "
        "dạy học, dạy thí nghiệm hóa học, liên lạc với phụ huynh, tổ chức bữa ăn bán trú, dạy bơi, bồi dưỡng học sinh giỏi, "
        "chăm sóc vườn trường"
    ),
    "clinic": _each(
        "tiếp đón người bệnh, soạn đơn thuốc, chăm sóc người bệnh, khử khuẩn dụng cụ, quản lý kho thuốc, trả kết quả xét nghiệm, "
        "tiêm chủng lưu động, theo dõi sau mổ, bàn giao ca trực, lưu hồ sơ bệnh án, phân loại rác y tế, khám thai tại thôn"
    ),
    "office": _each(
        "tiếp nhận hồ sơ, quản lý công văn, trả kết quả một cửa, ghi sổ thu chi, lưu trữ tài liệu, chuẩn bị cuộc họp, theo dõi "
        "đơn thư, cấp phát văn phòng phẩm, thu gom rác khu dân cư, lập báo cáo tháng, tuyên truyền lưu động, chăm lo đoàn viên"
    ),
}
_ANY_TOOLS = _each(
    "xe đẩy, bảng màu, giá treo, khay chia ô, bảng tính dùng chung, mã vạch, đồng hồ bấm giờ, loa nhắc, thẻ màu, đèn báo, "
    "biểu mẫu một trang, nhóm Zalo của tổ, tủ ngăn kéo, vách mica, sổ tay có hình, lịch treo tường"
)
TOOLS: dict[str, tuple[str, ...]] = dict.fromkeys(WORKS, _ANY_TOOLS) | {
    "company": _ANY_TOOLS
    + _each(
        "thước khắc, cữ chặn, cảm biến cũ, bàn xoay, ròng rọc, kẹp nhanh, máng trượt, van một chiều, công tắc hành trình, nam "
        "châm, thùng có vạch, lưới lọc, tay quay, rơ le thời gian, ống thép phế liệu, tấm cao su"
    )
}
_ANY_TROUBLES = _each(
    "chờ nhau, nhầm lẫn, thất lạc giấy tờ, phải làm lại, thiếu người, bị phàn nàn, ghi trùng, quá hạn, quên bàn giao, đi lại "
    "nhiều, tìm mãi không thấy, mất cả buổi"
)
TROUBLES: dict[str, tuple[str, ...]] = dict.fromkeys(WORKS, _ANY_TROUBLES) | {
    "company": _ANY_TROUBLES
    + _each(
        "nhầm cỡ, đau lưng, hao phôi, dừng máy giữa chừng, bụi bay vào mắt, trượt chân, rò rỉ dầu, lệch mẻ, cháy cầu chì, ẩm "
        "mốc, mỏi tay, chờ nhau cuối ca"
    )
}
GAINS = _each(
    "đỡ hẳn một công, an toàn hơn, bớt được nửa số lỗi, tiết kiệm vật tư, xong sớm trước giờ cơm, người mới học nhanh, "
    "không còn tồn đọng, gọn chỗ làm, dễ bàn giao, ít phải sửa, tra cứu được ngay, đỡ tốn điện, bớt đi lại, ai cũng làm theo "
    "được, không phải chờ, đỡ tốn giấy"
)
TEAMS = _each("Tổ, Nhóm, Anh em trong ca, Chị em trong tổ, Bộ phận, Hai chúng tôi, Cả phòng, Mấy người chúng tôi")
# Four sentences an initiative, one of each line: most share no sentence with one another, as people's do.
OPENINGS = (
    "Trước đây khi {work}, chúng tôi hay {trouble}, có hôm {trouble2}.",
    "Khâu {work} lâu nay vướng nhất ở chỗ {trouble}; tháng nào cũng có lần {trouble2}.",
    "Tôi làm việc {work} đã {n} năm, lần nào cũng gặp cảnh {trouble} rồi {trouble2}.",
    "Mỗi lần {work} phải mất {n} phút vì {trouble}, chưa kể {trouble2}.",
    "Theo dõi {n} tuần liền việc {work} thì thấy {trouble} nhiều hơn {trouble2}.",
    "Người mới vào {work} thường {trouble}, người cũ thì {trouble2}.",
)
TRIALS = (
    "{team} thử dùng {tool} kèm {tool2}, chỉnh {n} lần trong {m} ngày.",
    "{team} lắp {tool} ngay chỗ làm, bên cạnh đặt {tool2}, hết {m} ngày công.",
    "Bỏ cách cũ, {team_} chuyển sang {tool}; phần còn lại giao cho {tool2}.",
    "Tận dụng {tool} có sẵn, {team_} ghép với {tool2} thành một bộ, thử {n} lượt mới ưng.",
    "Đầu tiên chỉ có {tool}, sau {m} ngày {team_} thêm {tool2} cho chắc.",
    "Chúng tôi vẽ lại từng bước, đặt {tool} ở bước {n} và {tool2} ở bước cuối.",
)
RESULTS = (
    "Nay {work} còn {m} phút, {gain}, {gain2}.",
    "Sau {n} tháng áp dụng: {gain}, {gain2}; mỗi tháng bớt {m} giờ.",
    "Kết quả là {gain}; chị em đều nói {gain2}.",
    "Từ hôm đó {gain}, số lần hỏng giảm từ {m} xuống {n}.",
    "Tính ra cứ {m} lượt thì {gain}, và {gain2}.",
)
SPREADS = (
    "Thêm {tool3} thì hết {trouble3}.",
    "Hai tổ bên cạnh đã làm theo từ ngày thứ {m}.",
    "Chi phí chỉ gồm {tool3}, còn lại là công của {team_}.",
    "Cách này hợp với mọi nơi còn {trouble3}.",
    "Phòng đã ghi vào quy định nội bộ, kèm {tool3} cho từng ca.",
    "Ai muốn làm thử, {team_} sẵn sàng chỉ trong {n} buổi.",
)
EFFECTS = (
    "", "", "Giảm hao hụt nguyên liệu.", "Rút ngắn thời gian chờ.", "An toàn hơn cho người làm.", "Giảm chi phí điện, nước.",
    "Người dân, người bệnh đỡ phải chờ.", "Học sinh hứng thú hơn.", "Giảm sai sót giấy tờ.",
)  # fmt: skip
SCOPES = ("", "Trong tổ", "Toàn đơn vị", "Toàn công ty", "Nhiều đơn vị trong tỉnh")


def proper(draw: random.Random) -> str:
    return " ".join(draw.choice(SYLLABLES) for _ in range(draw.choice((2, 2, 2, 3))))
