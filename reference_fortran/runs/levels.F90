! Hybrid levels p = A p0 + B ps, made here: equal steps of pressure, or the 30 of CAM5.
!
! The table is that of the golden records of HOMME (inputs hyai, hybi, hyam, hybm), and so of E3SM's camm-30 and cami-30.
! HOMME, CAM-SE: hybvcoord_mod
module levels
  use kinds, only: dk
  use ulps, only: nudge_double
  implicit none
  private
  public :: set_levels, hyai, hybi, hyam, hybm

  real(dk), allocatable :: hyai(:), hybi(:), hyam(:), hybm(:)

  real(dk), parameter :: cam30_ai(31) = [ &
    0.00225523952394724_dk, 0.00503169186413288_dk, 0.0101579474285245_dk, 0.0185553170740604_dk, 0.0306691229343414_dk, &
    0.0458674766123295_dk, 0.0633234828710556_dk, 0.0807014182209969_dk, 0.0949410423636436_dk, 0.11169321089983_dk, &
    0.131401270627975_dk, 0.154586806893349_dk, 0.181863352656364_dk, 0.17459799349308_dk, 0.166050657629967_dk, &
    0.155995160341263_dk, 0.14416541159153_dk, 0.130248308181763_dk, 0.113875567913055_dk, 0.0946138575673103_dk, &
    0.0753444507718086_dk, 0.0576589405536652_dk, 0.0427346378564835_dk, 0.0316426791250706_dk, 0.0252212174236774_dk, &
    0.0191967375576496_dk, 0.0136180268600583_dk, 0.00853108894079924_dk, 0.00397881818935275_dk, 0.0_dk, &
    0.0_dk]
  real(dk), parameter :: cam30_bi(31) = [ &
    0.0_dk, 0.0_dk, 0.0_dk, 0.0_dk, 0.0_dk, &
    0.0_dk, 0.0_dk, 0.0_dk, 0.0_dk, 0.0_dk, &
    0.0_dk, 0.0_dk, 0.0_dk, 0.0393548272550106_dk, 0.0856537595391273_dk, &
    0.140122056007385_dk, 0.204201176762581_dk, 0.279586911201477_dk, 0.368274360895157_dk, 0.47261056303978_dk, &
    0.576988518238068_dk, 0.672786951065063_dk, 0.753628432750702_dk, 0.813710987567902_dk, 0.848494648933411_dk, &
    0.881127893924713_dk, 0.911346435546875_dk, 0.938901245594025_dk, 0.963559806346893_dk, 0.985112190246582_dk, &
    1.0_dk]
  real(dk), parameter :: cam30_am(30) = [ &
    0.00364346569404006_dk, 0.00759481964632869_dk, 0.0143566322512925_dk, 0.0246122200042009_dk, 0.0382682997733355_dk, &
    0.0545954797416925_dk, 0.0720124505460262_dk, 0.0878212302923203_dk, 0.103317126631737_dk, 0.121547240763903_dk, &
    0.142994038760662_dk, 0.168225079774857_dk, 0.178230673074722_dk, 0.170324325561523_dk, 0.161022908985615_dk, &
    0.150080285966396_dk, 0.137206859886646_dk, 0.122061938047409_dk, 0.104244712740183_dk, 0.0849791541695595_dk, &
    0.0665016956627369_dk, 0.0501967892050743_dk, 0.037188658490777_dk, 0.028431948274374_dk, 0.0222089774906635_dk, &
    0.016407382208854_dk, 0.0110745579004288_dk, 0.00625495356507599_dk, 0.00198940909467638_dk, 0.0_dk]
  real(dk), parameter :: cam30_bm(30) = [ &
    0.0_dk, 0.0_dk, 0.0_dk, 0.0_dk, 0.0_dk, &
    0.0_dk, 0.0_dk, 0.0_dk, 0.0_dk, 0.0_dk, &
    0.0_dk, 0.0_dk, 0.0196774136275053_dk, 0.062504293397069_dk, 0.112887907773256_dk, &
    0.172161616384983_dk, 0.241894043982029_dk, 0.323930636048317_dk, 0.420442461967468_dk, 0.524799540638924_dk, &
    0.624887734651566_dk, 0.713207691907883_dk, 0.783669710159302_dk, 0.831102818250656_dk, 0.864811271429062_dk, &
    0.896237164735794_dk, 0.92512384057045_dk, 0.951230525970459_dk, 0.974335998296738_dk, 0.992556095123291_dk]

contains

  ! eta_top > 0: equal steps of eta = A + B from there to 1, pure pressure above eta_c. eta_top = 0: the 30 of CAM5.
  subroutine set_levels(nlev, eta_top, eta_c)
    integer, intent(in) :: nlev
    real(dk), intent(in) :: eta_top, eta_c
    real(dk) :: eta
    integer :: k

    if (eta_top <= 0 .and. nlev /= 30) error stop 'levels: the published set has 30 levels; give eta_top for others.'
    if (eta_top <= 0) then
      hyai = cam30_ai
      hybi = cam30_bi
      hyam = cam30_am
      hybm = cam30_bm
    else
      hyai = [(0.0_dk, k = 0, nlev)]
      hybi = hyai
      do k = 0, nlev
        eta = eta_top + k*(1 - eta_top)/nlev
        if (k == nlev) eta = 1
        hybi(k+1) = max((eta - eta_c)/(1 - eta_c), 0.0_dk)
        hyai(k+1) = eta - hybi(k+1)
      end do
      hyam = (hyai(2:) + hyai(:nlev))/2
      hybm = (hybi(2:) + hybi(:nlev))/2
    end if
    call nudge_double(nlev+1, hyai)
    call nudge_double(nlev+1, hybi)
    call nudge_double(nlev, hyam)
    call nudge_double(nlev, hybm)
  end subroutine set_levels

end module levels
